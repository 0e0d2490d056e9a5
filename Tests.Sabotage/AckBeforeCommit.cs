using System.Threading.Channels;
using Votes.Grains.Flush;
using Votes.Grains.Store;

namespace Votes.Tests.Sabotage;

/// <summary>Answers that votes are counted and writes them a little later, as a write-behind cache would.</summary>
internal sealed class AckBeforeCommit : SabotagedStore
{
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(1);

    // The real store takes one call at a time on each lane.
    private static readonly SemaphoreSlim One = new(1, 1);

    private readonly Channel<(int Lane, FlushRows Rows)> _later = Channel.CreateUnbounded<(int, FlushRows)>();

    public AckBeforeCommit(ITallyStore real)
        : base(real)
    {
        // Ends with the process; what it throws is lost, as the votes are.
        _ = WriteLaterAsync();
    }

    public override Task<FlushResult> WriteAsync(
        int lane, FlushRows rows, CancellationToken cancellationToken)
    {
        _later.Writer.TryWrite((lane, rows.Slice(0, rows.Count)));
        return Task.FromResult(AllCounted(rows));
    }

    public override async Task RegisterAsync(
        int lane, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        await One.WaitAsync(cancellationToken);
        try
        {
            await base.RegisterAsync(lane, lawIds, cancellationToken);
        }
        finally
        {
            One.Release();
        }
    }

    private async Task WriteLaterAsync()
    {
        while (await _later.Reader.WaitToReadAsync())
        {
            await Task.Delay(Behind, TimeProvider.System);
            while (_later.Reader.TryRead(out var write))
            {
                await WriteUntilItWorksAsync(write.Lane, write.Rows);
            }
        }
    }

    private async Task WriteUntilItWorksAsync(int lane, FlushRows rows)
    {
        while (true)
        {
            await One.WaitAsync();
            try
            {
                await Real.WriteAsync(lane, rows, CancellationToken.None);
                return;
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(Behind, TimeProvider.System);
            }
            finally
            {
                One.Release();
            }
        }
    }
}
