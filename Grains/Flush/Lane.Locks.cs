using Microsoft.Extensions.Logging;
using Votes.Grains.Store;

namespace Votes.Grains.Flush;

/// <content>What a lane does about laws whose totals somebody else holds locks on.</content>
internal sealed partial class Lane
{
    private void SetApart(LawsLockedException exception, List<PendingBatch> batches)
    {
        _metrics.FlushFailed(exception.ErrorType);
        _backlog.Failed(exception);
        if (_backlog.Lock(exception.LawIds) > 0)
        {
            LogLocked(exception.LawIds.Count, exception.LawIds.First());
        }

        batches.RemoveAll(batch => !batch.IsAwaited || exception.LawIds.Contains(batch.LawId));
    }

    /// <summary>
    /// One statement for all laws that are due to be looked at, and it waits for none of their locks: however many there
    /// are, they cost the lane little.
    /// </summary>
    private async Task LookAtLocksAsync(IReadOnlyCollection<string> laws)
    {
        var locked = laws;
        try
        {
            locked = await _store.FindLockedAsync(_number, laws, _abandoned.Token);
            if (locked.Count < laws.Count)
            {
                LogFreed(laws.Count - locked.Count);
            }
        }
        catch (OperationCanceledException) when (_abandoned.IsCancellationRequested)
        {
            // The lane stops, and nobody waits.
        }
#pragma warning disable CA1031 // Whatever it was, the laws are looked at again; a flush finds out what the database has.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _metrics.FlushFailed((exception as StoreUnavailableException)?.ErrorType ?? exception.GetType().Name);
        }

        _backlog.Lock(locked);
        _backlog.Free(laws.Except(locked, StringComparer.Ordinal));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The totals of {Laws} laws are locked by somebody else, law {LawId} among them; their votes wait apart")]
    private partial void LogLocked(int laws, string lawId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The totals of {Laws} laws are free again")]
    private partial void LogFreed(int laws);
}
