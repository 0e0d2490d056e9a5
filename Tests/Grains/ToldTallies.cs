using System.Threading.Channels;
using Votes.Grains.Interfaces;

namespace Votes.Tests.Grains;

/// <summary>A watcher that keeps what it was told.</summary>
internal sealed class ToldTallies : ITallyWatcher
{
    private readonly Channel<LawTally> _told = Channel.CreateUnbounded<LawTally>();

    public Task TallyChangedAsync(LawTally tally)
    {
        _told.Writer.TryWrite(tally);
        return Task.CompletedTask;
    }

    public ValueTask<LawTally> NextAsync(CancellationToken cancellationToken) => _told.Reader.ReadAsync(cancellationToken);
}
