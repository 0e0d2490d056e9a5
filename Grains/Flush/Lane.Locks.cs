using Microsoft.Extensions.Logging;
using Votes.Grains.Store;

namespace Votes.Grains.Flush;

/// <content>What a lane does about laws whose locks another transaction holds.</content>
internal sealed partial class Lane
{
    private void SetApart(LawsLockedException exception, List<PendingBatch> batches)
    {
        _metrics.FlushFailed(exception.ErrorType);
        _backlog.Failed(exception);
        SetApart(exception.LawIds, batches);
    }

    private void SetApart(IReadOnlyCollection<string> laws, List<PendingBatch> batches)
    {
        if (_backlog.Lock(laws) > 0)
        {
            LogLocked(laws.Count, laws.First());
        }

        var locked = laws.ToHashSet(StringComparer.Ordinal);
        batches.RemoveAll(batch => !batch.IsAwaited || locked.Contains(batch.LawId));
    }

    /// <summary>
    /// A transaction that changes the status of one law holds up the laws that share its lock. While one is known, those laws
    /// are found ahead of the write: the lane would otherwise wait once for each of them.
    /// </summary>
    private async Task SetApartChangingAsync(List<PendingBatch> batches)
    {
        if (!_backlog.HasLocked)
        {
            return;
        }

        var laws = batches.Select(static batch => batch.LawId).Distinct(StringComparer.Ordinal).ToArray();
        var changing = await _store.FindChangingStatusAsync(_number, laws, _abandoned.Token);
        if (changing.Count > 0)
        {
            SetApart(changing, batches);
        }
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
        "Another transaction holds locks of {Laws} laws, law {LawId} among them; their votes wait apart")]
    private partial void LogLocked(int laws, string lawId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The locks of {Laws} laws are free again")]
    private partial void LogFreed(int laws);
}
