using System.Collections.Concurrent;
using System.Threading.Channels;
using Votes.Grains.Interfaces;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>Grains that count each vote id once, at once, and remember it: what is sent again is redelivered.</summary>
internal sealed class LedgerGrains
{
    private readonly ConcurrentDictionary<Guid, int> _seen = new();
    private readonly Channel<Guid> _counted = Channel.CreateUnbounded<Guid>();

    public IReadOnlyDictionary<Guid, int> Seen => _seen;

    /// <summary>Ends when so many more votes are counted.</summary>
    public async Task CountAsync(int votes)
    {
        // A bound for a test that would hang, no part of what it asserts.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        for (var i = 0; i < votes; i++)
        {
            await _counted.Reader.ReadAsync(limit.Token);
        }
    }

    public Task<VoteBatchOutcome> RecordAsync(string lawId, VoteBatch batch, CancellationToken cancellationToken)
    {
        var reader = new VoteBatchReader(batch);
        var counted = 0;
        for (var i = 0; i < reader.Count; i++)
        {
            var voteId = reader[i].VoteId;
            if (_seen.AddOrUpdate(voteId, 1, (_, times) => times + 1) == 1)
            {
                counted++;
                Assert.True(_counted.Writer.TryWrite(voteId));
            }
        }

        return Task.FromResult(new VoteBatchOutcome(counted, reader.Count - counted, 0, []));
    }
}
