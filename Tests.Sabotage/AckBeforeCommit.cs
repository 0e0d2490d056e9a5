using System.Threading.Channels;
using Votes.Grains.Flush;
using Votes.Grains.Store;

namespace Votes.Tests.Sabotage;

/// <summary>
/// Answers that votes are counted and writes them three seconds later, as a write-behind cache would: whenever it is
/// killed, three seconds of votes go with it.
/// </summary>
internal sealed class AckBeforeCommit : SabotagedStore
{
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // The real store takes one call at a time on each lane.
    private static readonly SemaphoreSlim One = new(1, 1);

    private readonly Channel<(int Lane, FlushRows Rows, long Since)> _later =
        Channel.CreateUnbounded<(int, FlushRows, long)>();

    public AckBeforeCommit(ITallyStore real)
        : base(real)
    {
        // Ends with the process; what it throws is lost, as the votes are.
        _ = WriteLaterAsync();
    }

    public override Task<FlushResult> WriteAsync(
        int lane, FlushRows rows, CancellationToken cancellationToken)
    {
        _later.Writer.TryWrite((lane, rows.Slice(0, rows.Count), TimeProvider.System.GetTimestamp()));
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
        await foreach (var (lane, rows, since) in _later.Reader.ReadAllAsync())
        {
            while (TimeProvider.System.GetElapsedTime(since) < Behind)
            {
                await Task.Delay(Pause, TimeProvider.System);
            }

            await WriteUntilItWorksAsync(lane, rows);
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
                await Task.Delay(Pause, TimeProvider.System);
            }
            finally
            {
                One.Release();
            }
        }
    }
}
