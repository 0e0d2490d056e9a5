using System.Collections.Concurrent;
using Votes.Grains.Interfaces;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>Grains whose calls wait until the test answers them.</summary>
internal sealed class FakeGrains
{
    private readonly ConcurrentQueue<FakeCall> _calls = new();

    /// <summary>Answers calls at once, where it is set.</summary>
    public Func<FakeCall, Task<VoteBatchOutcome>>? Answer { get; init; }

    public IReadOnlyList<FakeCall> Calls => [.. _calls];

    public IReadOnlyList<FakeCall> Open => [.. _calls.Where(call => !call.IsAnswered)];

    public Task<VoteBatchOutcome> RecordAsync(string lawId, VoteBatch batch, CancellationToken cancellationToken)
    {
        Assert.False(cancellationToken.CanBeCanceled);
        var reader = new VoteBatchReader(batch);
        var votes = new CastVote[reader.Count];
        for (var i = 0; i < votes.Length; i++)
        {
            votes[i] = reader[i];
        }

        var call = new FakeCall(lawId, votes, batch.Backlog);
        _calls.Enqueue(call);
        return Answer?.Invoke(call) ?? call.Outcome;
    }
}
