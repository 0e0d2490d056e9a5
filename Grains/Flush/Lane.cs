using Microsoft.Extensions.Logging;
using Votes.Grains.Counting;
using Votes.Grains.Store;

namespace Votes.Grains.Flush;

/// <summary>
/// One database connection's worth of writing: gathers pending votes of many laws and writes them in one transaction at a
/// time. Its loop owns the flush; what is pending is in its <see cref="LaneBacklog"/>.
/// </summary>
internal sealed partial class Lane : IAsyncDisposable
{
    private readonly FlushOptions _options;
    private readonly ITallyStore _store;
    private readonly BisectingWrite _write;
    private readonly StoreState _state;
    private readonly TallyMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _number;
    private readonly LaneBacklog _backlog;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abandoned = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private FlushRows _rows = new();
    private readonly Task _loop;
    private int _stops;

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
        _store = store;
        _write = new BisectingWrite(number, store, metrics, logger);
        _state = state;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _backlog = new LaneBacklog(options, time, OnGivenBack);

        // Started off the caller's scheduler: a grain's would run the loop as a part of the grain. Awaited by DisposeAsync.
        _loop = Task.Run(RunAsync);
    }

    /// <summary>A timestamp of the <see cref="TimeProvider"/>, by the lane's clock.</summary>
    public TimeSpan At(long timestamp) => _backlog.At(timestamp);

    /// <summary>Adds votes to what is pending.</summary>
    public void Add(PendingBatch batch)
    {
        if (_backlog.Add(batch))
        {
            Wake();
        }
    }

    /// <summary>Asks for a flush of all that is pending, as soon as the least time between flushes allows.</summary>
    public void Ask()
    {
        if (_backlog.Ask())
        {
            Wake();
        }
    }

    /// <summary>
    /// Ends the loop. What waits goes back to its senders; the flush under way is let finish for as long as somebody waits
    /// for it, which <see cref="FlushOptions.GiveBackAfter"/> bounds.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stops, 1) != 0)
        {
            return;
        }

        _backlog.Stop();
        await _stopping.CancelAsync();
        await AbandonIfUnawaitedAsync();
        Wake();
        await _loop;
        _backlog.Dispose();
        _stopping.Dispose();
        _abandoned.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var (flushIn, lookIn) = (_backlog.DueIn(), _backlog.LookIn());
            if (lookIn == TimeSpan.Zero)
            {
                await LookAtLocksAsync(_backlog.LockedDue());
            }
            else if (flushIn == TimeSpan.Zero)
            {
                await FlushAsync();
                _backlog.Ended();
            }
            else
            {
                var due = flushIn is null || lookIn < flushIn ? lookIn : flushIn;
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

        using var timeout = new CancellationTokenSource(LaneBacklog.WholeMilliseconds(time), _time);
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

    /// <summary>Writes what is due until it is durable or given back.</summary>
    private async Task FlushAsync()
    {
        var batches = _backlog.Take();
        for (var failures = 1; batches.Count > 0; failures++)
        {
            try
            {
                await SetApartChangingAsync(batches);
                await FlushTrace.WriteAsync(batches, WriteAsync);
                _state.Available(_number, _backlog.Flush);
                return;
            }
            catch (LawsLockedException exception)
            {
                // At least one law less, so the others' turn comes; no reason for them to wait.
                SetApart(exception, batches);
                continue;
            }
            catch (StoreUnavailableException exception)
            {
                _metrics.FlushFailed(exception.ErrorType);
                _backlog.Failed(exception);
                _state.Unavailable(
                    _number, _backlog.Flush, exception.ErrorType, exception.Message, _backlog.AwaitedVotes);
            }
            catch (OperationCanceledException) when (_abandoned.IsCancellationRequested)
            {
                // The lane stops, and nobody waits.
                return;
            }
#pragma warning disable CA1031 // The lane must outlive a fault that nobody thought of: its senders hold the votes.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _metrics.FlushFailed(exception.GetType().Name);
                var votes = GiveBack(batches, exception);
                LogFlushFault(exception, votes);
                return;
            }

            if (!await RetryLaterAsync(failures))
            {
                GiveBack(batches, LaneBacklog.Stopping());
                return;
            }

            batches.RemoveAll(static batch => !batch.IsAwaited);
        }
    }

    /// <returns>False where the lane stops.</returns>
    private async Task<bool> RetryLaterAsync(int failures)
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
            return false;
        }
    }

    /// <summary>Writes the batches, and answers each as soon as it is known what becomes of it.</summary>
    private async Task WriteAsync(List<PendingBatch> batches)
    {
        // Not the stopping token: a flush under way is let finish while somebody waits for it.
        var refused = await _write.RegisterAsync(NewLaws(batches), _abandoned.Token);
        if (refused.Count > 0)
        {
            foreach (var batch in batches.Where(batch => refused.Contains(batch.LawId)))
            {
                var outcomes = new VoteOutcome[batch.Votes.Length];
                Array.Fill(outcomes, VoteOutcome.Refused);
                batch.Settle(new PendingOutcome(outcomes, []));
            }

            batches.RemoveAll(batch => refused.Contains(batch.LawId));
        }

        if (batches.Count > 0)
        {
            await WriteRowsAsync(batches);
        }
    }

    private async Task WriteRowsAsync(List<PendingBatch> batches)
    {
        // Kept for the next flush only after a success: an attempt that was given up may be reading them still.
        var rows = _rows;
        _rows = new FlushRows();
        var write = new FlushWrite(batches, rows);
        var started = _time.GetTimestamp();
        var oldest = batches.Min(static batch => batch.Arrived);
        await _write.WriteAsync(write, Decided, _abandoned.Token);
        _rows = rows;

        void Decided(FlushResult result)
        {
            _metrics.Flushed(result, _time.GetElapsedTime(started), _backlog.Now - oldest);
            foreach (var (batch, outcome) in write.Decide(result))
            {
                if (!batch.Settle(outcome))
                {
                    // The sender has them back and sends them again, and they will come out as redelivered: that they are
                    // counted now is put on record here or nowhere.
                    _metrics.Settled(outcome.Outcomes);
                }
            }
        }
    }

    private static HashSet<string> NewLaws(List<PendingBatch> batches) =>
        batches.Where(static batch => batch.RegisterLaw).Select(static batch => batch.LawId)
            .ToHashSet(StringComparer.Ordinal);

    private static int GiveBack(List<PendingBatch> batches, Exception reason) =>
        batches.Sum(batch => batch.GiveBack(reason) ? batch.Votes.Length : 0);

    private void OnGivenBack(int votes, TimeSpan flushAge, long flush)
    {
        _metrics.GivenBack(votes);
        if (flushAge * 2 >= _options.GiveBackAfter)
        {
            _state.Unavailable(
                _number, flush, "no_answer", $"the database has not answered for {flushAge.TotalSeconds:F1} s", votes);
        }

        _state.GaveBack(votes);

        // Observes its own failures; off the timer's thread, because cancelling runs callbacks of the driver.
        _ = Task.Run(AbandonIfUnawaitedAsync);
    }

    /// <summary>A lane that stops does not wait for an attempt that nobody else waits for.</summary>
    private async Task AbandonIfUnawaitedAsync()
    {
        if (_stopping.IsCancellationRequested && _backlog.AwaitedVotes == 0)
        {
            try
            {
                await _abandoned.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // The lane has ended meanwhile.
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Flush failed for an unknown cause; {Votes} votes go back to Ingest")]
    private partial void LogFlushFault(Exception exception, int votes);
}
