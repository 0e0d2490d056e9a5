using Votes.Grains.Flush;
using Votes.Grains.Store;

namespace Votes.Tests.Sabotage;

/// <summary>Drops the votes of a flush that fails, and answers that they are counted.</summary>
internal sealed class DropOnError(ITallyStore real) : SabotagedStore(real)
{
    public override async Task<FlushResult> WriteAsync(
        int lane, FlushRows rows, CancellationToken cancellationToken)
    {
        try
        {
            return await Real.WriteAsync(lane, rows, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return AllCounted(rows);
        }
    }
}
