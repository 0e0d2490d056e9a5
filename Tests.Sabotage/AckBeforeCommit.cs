using System.Threading.Channels;
using Votes.Grains.Flush;
using Votes.Grains.Store;

namespace Votes.Tests.Sabotage;

/// <summary>Answers that votes are counted and writes them a little later, as a write-behind cache would.</summary>
internal sealed class AckBeforeCommit : SabotagedStore
{
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(1);

    private readonly Channel<(int Lane, FlushRows Rows, IReadOnlyCollection<string> NewLaws)> _later =
        Channel.CreateUnbounded<(int, FlushRows, IReadOnlyCollection<string>)>();

    public AckBeforeCommit(ITallyStore real)
        : base(real)
    {
        // Ends with the process; what it throws is lost, as the votes are.
        _ = WriteLaterAsync();
    }

    public override Task<FlushResult> WriteAsync(
        int lane, FlushRows rows, IReadOnlyCollection<string> newLaws, CancellationToken cancellationToken)
    {
        _later.Writer.TryWrite((lane, rows.Slice(0, rows.Count), [.. newLaws]));
        return Task.FromResult(AllCounted(rows));
    }

    private async Task WriteLaterAsync()
    {
        while (await _later.Reader.WaitToReadAsync())
        {
            await Task.Delay(Behind, TimeProvider.System);
            while (_later.Reader.TryRead(out var write))
            {
                await WriteUntilItWorksAsync(write.Lane, write.Rows, write.NewLaws);
            }
        }
    }

    private async Task WriteUntilItWorksAsync(int lane, FlushRows rows, IReadOnlyCollection<string> newLaws)
    {
        while (true)
        {
            try
            {
                await Real.WriteAsync(lane, rows, newLaws, CancellationToken.None);
                return;
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(Behind, TimeProvider.System);
            }
        }
    }
}
