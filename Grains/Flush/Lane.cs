using Microsoft.Extensions.Logging;
using Votes.Grains.Counting;
using Votes.Grains.Store;

namespace Votes.Grains.Flush;

/// <summary>
/// One database connection's worth of writing: gathers pending votes of many laws and writes them in one transaction at a
/// time. Its loop owns the flush; the list of what is pending is guarded by a lock, because grains add to it.
/// </summary>
internal sealed partial class Lane : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly FlushOptions _options;
    private readonly BisectingWrite _write;
    private readonly StoreState _state;
    private readonly TallyMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _number;
    private readonly FlushSchedule _schedule;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly FlushRows _rows = new();
    private readonly long _start;
    private readonly Task _loop;
    private readonly Queue<PendingBatch> _pending = new();
    private int _pendingVotes;
    private bool _stopped;

    public Lane(
        int number,
        FlushOptions options,
        ITallyStore store,
        StoreState state,
        TallyMetrics metrics,
        TimeProvider time,
        ILogger logger)
    {
        _number = number;
        _options = options;
        _write = new BisectingWrite(store, metrics, logger);
        _state = state;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _start = time.GetTimestamp();
        _schedule = new FlushSchedule(options.EarlyVotes, options.EarlyInterval);

        // Started off the caller's scheduler: a grain's would run the loop as a part of the grain. Awaited by DisposeAsync.
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The lane's clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Adds votes to what is pending.</summary>
    public void Add(PendingBatch batch)
    {
        bool wake;
        lock (_gate)
        {
            if (_stopped)
            {
                batch.GiveBack(new OperationCanceledException("the silo stops"));
                return;
            }

            _pending.Enqueue(batch);
            _pendingVotes += batch.Votes.Length;
            wake = _pendingVotes >= _options.EarlyVotes;
        }

        if (wake)
        {
            Wake();
        }
    }

    /// <summary>Asks for a flush of all that is pending, as soon as the least time between flushes allows.</summary>
    public void Ask()
    {
        lock (_gate)
        {
            if (_pendingVotes == 0 || !_schedule.Ask())
            {
                return;
            }
        }

        Wake();
    }

    /// <summary>Ends the loop. What is still pending goes back to its senders.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
        }

        await _stopping.CancelAsync();
        Wake();
        await _loop;
        foreach (var batch in Take(int.MaxValue))
        {
            batch.GiveBack(new OperationCanceledException("the silo stops"));
        }

        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            TimeSpan? due;
            lock (_gate)
            {
                due = _schedule.DueIn(_pendingVotes, Now);
            }

            if (due == TimeSpan.Zero)
            {
                await FlushAsync();
            }
            else
            {
                await WaitAsync(due ?? Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Waits until something changes, or <paramref name="time"/> has passed.</summary>
    private async Task WaitAsync(TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan)
        {
            await _changed.WaitAsync(CancellationToken.None);
            return;
        }

        // A change cannot bring the flush forward save by the number of votes, so the wait ends at whichever comes first.
        using var timeout = new CancellationTokenSource(time, _time);
        try
        {
            await _changed.WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // The time has passed.
        }
    }

    private void Wake()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    private List<PendingBatch> Take(int maxVotes)
    {
        lock (_gate)
        {
            _schedule.Started(Now);
            var taken = new List<PendingBatch>(_pending.Count);
            var votes = 0;
            while (_pending.TryPeek(out var next) && (votes == 0 || votes + next.Votes.Length <= maxVotes))
            {
                taken.Add(_pending.Dequeue());
                votes += next.Votes.Length;
            }

            _pendingVotes -= votes;
            if (_pending.Count > 0)
            {
                // Somebody asked for all that was pending: the rest is due as well.
                _schedule.Ask();
            }

            return taken;
        }
    }

    /// <summary>Writes what is due until it is durable or given back.</summary>
    private async Task FlushAsync()
    {
        var batches = Take(_options.MaxVotes);
        for (var failures = 1; batches.Count > 0; failures++)
        {
            var started = _time.GetTimestamp();
            try
            {
                Fill(batches);
                var result = await _write.WriteAsync(_number, _rows, NewLaws(batches));
                _metrics.Flushed(_rows.Count, _time.GetElapsedTime(started), Now - batches[0].Arrived, result);
                _state.Available();
                Settle(batches, result);
                return;
            }
            catch (StoreUnavailableException exception)
            {
                _metrics.FlushFailed(exception.ErrorType);
                _state.Unavailable(exception, _rows.Count);
                GiveBackOld(batches, exception);
            }
#pragma warning disable CA1031 // The lane must outlive a fault that nobody thought of: its senders hold the votes.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _metrics.FlushFailed(exception.GetType().Name);
                LogFlushFault(exception, _rows.Count);
                batches.ForEach(batch => batch.GiveBack(exception));
                return;
            }

            if (batches.Count > 0 && !await RetryLaterAsync(failures))
            {
                return;
            }
        }

        async Task<bool> RetryLaterAsync(int failures)
        {
            var random = Random.Shared.NextDouble();
            var delay = RetryDelay.After(failures, _options.MinRetryDelay, _options.MaxRetryDelay, random);
            try
            {
                await Task.Delay(delay, _time, _stopping.Token);
                return true;
            }
            catch (OperationCanceledException)
            {
                batches.ForEach(static batch => batch.GiveBack(new OperationCanceledException("the silo stops")));
                return false;
            }
        }
    }

    private void Fill(List<PendingBatch> batches)
    {
        _rows.Clear();
        foreach (var batch in batches)
        {
            foreach (ref readonly var vote in batch.Votes.AsSpan())
            {
                _rows.Add(batch.LawId, in vote);
            }
        }
    }

    private void GiveBackOld(List<PendingBatch> batches, Exception reason)
    {
        var before = Now - _options.GiveBackAfter;
        foreach (var batch in batches.Where(batch => batch.Arrived <= before))
        {
            batch.GiveBack(reason);
        }

        batches.RemoveAll(batch => batch.Arrived <= before);
    }

    private static HashSet<string> NewLaws(List<PendingBatch> batches)
    {
        var laws = new HashSet<string>(StringComparer.Ordinal);
        foreach (var batch in batches)
        {
            if (batch.RegisterLaw)
            {
                laws.Add(batch.LawId);
            }
        }

        return laws;
    }

    private static void Settle(List<PendingBatch> batches, FlushResult result)
    {
        var totals = result.Totals.ToLookup(static total => total.LawId, StringComparer.Ordinal);
        var at = 0;
        foreach (var batch in batches)
        {
            batch.Settle(result.Outcomes.AsSpan(at, batch.Votes.Length), [.. totals[batch.LawId]]);
            at += batch.Votes.Length;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Flush failed for an unknown cause; {Votes} votes go back to Ingest")]
    private partial void LogFlushFault(Exception exception, int votes);
}
