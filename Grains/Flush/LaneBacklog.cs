namespace Votes.Grains.Flush;

/// <summary>
/// What one lane holds: votes that wait for a flush, and those of the flush that is under way. Gives back what is too old,
/// wherever it is and whatever the database does, by a timer of its own: an attempt that hangs holds nobody's call. Owns
/// the schedule of the lane's flushes. Thread-safe.
/// </summary>
internal sealed partial class LaneBacklog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingBatch> _waiting = new();
    private readonly FlushSchedule _schedule;
    private readonly FlushOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<int, TimeSpan, long> _onGivenBack;
    private readonly ITimer _timer;
    private readonly long _start;
    private readonly LockedLaws _locked = new();
    private List<PendingBatch> _underWay = [];
    private long _flush;
    private TimeSpan _timerDue = TimeSpan.MaxValue;
    private TimeSpan _takenAt;
    private int _waitingVotes;
    private Exception? _lastFailure;
    private bool _stopped;

    /// <summary>Creates it empty.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onGivenBack">
    /// Told, outside of the lock, how many votes went back because they were too old, and for how long the flush under way
    /// has been trying, zero where there is none, and which flush that is.
    /// </param>
    public LaneBacklog(FlushOptions options, TimeProvider time, Action<int, TimeSpan, long> onGivenBack)
    {
        _options = options;
        _time = time;
        _onGivenBack = onGivenBack;
        _start = time.GetTimestamp();
        _schedule = new FlushSchedule(options.EarlyVotes, options.EarlyInterval, options.Interval);
        _timer = time.CreateTimer(_ => GiveBackOld(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Now, by the lane's clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>A timestamp of the <see cref="TimeProvider"/>, by the lane's clock.</summary>
    public TimeSpan At(long timestamp) => _time.GetElapsedTime(_start, timestamp);

    /// <summary>The number of the flush that is under way, or was last.</summary>
    public long Flush
    {
        get
        {
            lock (_gate)
            {
                return _flush;
            }
        }
    }

    /// <summary>Votes that wait or are under way and that somebody waits for.</summary>
    public int AwaitedVotes
    {
        get
        {
            lock (_gate)
            {
                return _waitingVotes
                    + _underWay.Concat(_locked.Batches).Sum(static batch => batch.IsAwaited ? batch.Votes.Length : 0);
            }
        }
    }

    /// <summary>Adds votes.</summary>
    /// <returns>True where something is due at once, or sooner than the lane was told.</returns>
    public bool Add(PendingBatch batch)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                batch.GiveBack(Stopping());
                return false;
            }

            SetTimer(batch.Arrived + _options.GiveBackAfter);
            if (_locked.TryAdd(batch))
            {
                // While no vote waited for this lock, the lane was told of no time to look at it.
                return _locked.WaitsAlone(batch) || _locked.NextLook() <= Now;
            }

            _waiting.Enqueue(batch);
            _waitingVotes += batch.Votes.Length;
            var asked = _schedule.AreWorthAFlush(_waitingVotes) && _schedule.Ask();
            return asked || _waiting.Count == 1 || _waitingVotes >= _options.EarlyVotes;
        }
    }

    /// <summary>Somebody wants what waits to be flushed.</summary>
    /// <returns>False where nothing waits, or somebody had asked already.</returns>
    public bool Ask()
    {
        lock (_gate)
        {
            return _waitingVotes > 0 && _schedule.Ask();
        }
    }

    /// <summary>How long until a flush is due; null: until something changes.</summary>
    public TimeSpan? DueIn()
    {
        lock (_gate)
        {
            // In the order in which they came, or nearly: those that waited for room or for a lock come after younger ones.
            var oldest = _waiting.TryPeek(out var first) ? first.Arrived : Now;
            return _schedule.DueIn(_waitingVotes, oldest, Now);
        }
    }

    /// <summary>Takes what the next flush writes; it is under way until <see cref="Ended"/>.</summary>
    public List<PendingBatch> Take()
    {
        lock (_gate)
        {
            _takenAt = Now;
            _flush++;
            _lastFailure = null;
            _underWay = new List<PendingBatch>(_waiting.Count);
            var votes = 0;
            while (_waiting.TryPeek(out var next) && (votes == 0 || votes + next.Votes.Length <= _options.MaxVotes))
            {
                _underWay.Add(_waiting.Dequeue());
                votes += next.Votes.Length;
            }

            _waitingVotes -= votes;
            _schedule.Started(_takenAt, votes);
            if (_waiting.Count > 0)
            {
                // Somebody asked for all that was pending: the rest is due as well.
                _schedule.Ask();
            }

            return [.. _underWay];
        }
    }

    /// <summary>An attempt to write what is under way has failed; senders whose votes go back are told why.</summary>
    public void Failed(Exception reason)
    {
        lock (_gate)
        {
            _lastFailure = reason;
        }
    }

    /// <summary>The flush is over: nothing is under way.</summary>
    public void Ended()
    {
        lock (_gate)
        {
            _underWay = [];
        }
    }

    /// <summary>
    /// Takes no more votes, and gives back those that wait. Those under way go back once they are too old, or once their law
    /// turns out to be locked.
    /// </summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            while (_waiting.TryDequeue(out var batch))
            {
                batch.GiveBack(Stopping());
            }

            _waitingVotes = 0;
            GiveBackLocked();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Why votes go back when the silo stops.</summary>
    public static OperationCanceledException Stopping() => new("the silo stops");

    /// <summary>Timers count in whole milliseconds; one that fires early would find nothing to do.</summary>
    public static TimeSpan WholeMilliseconds(TimeSpan wait) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));

    private void GiveBackOld()
    {
        var votes = 0;
        TimeSpan flushAge;
        long flush;
        lock (_gate)
        {
            flush = _flush;
            flushAge = _underWay.Count > 0 ? Now - _takenAt : TimeSpan.Zero;
            var before = Now - _options.GiveBackAfter;
            var reason = _lastFailure ?? new TimeoutException("the database has not answered yet");
            var next = TimeSpan.MaxValue;
            foreach (var batch in _underWay.Where(static batch => batch.IsAwaited))
            {
                GiveBackIfOld(batch);
            }

            for (var left = _waiting.Count; left > 0; left--)
            {
                var batch = _waiting.Dequeue();
                if (GiveBackIfOld(batch))
                {
                    _waitingVotes -= batch.Votes.Length;
                }
                else
                {
                    _waiting.Enqueue(batch);
                }
            }

            _locked.Remove(GiveBackIfOld);
            if (_waitingVotes == 0)
            {
                // Or the next one to ask would be taken for a second one, and nobody would wake the lane.
                _schedule.Withdraw();
            }

            _timerDue = TimeSpan.MaxValue;
            SetTimer(next);

            bool GiveBackIfOld(PendingBatch batch)
            {
                if (batch.Arrived > before)
                {
                    var due = batch.Arrived + _options.GiveBackAfter;
                    next = due < next ? due : next;
                    return false;
                }

                votes += batch.GiveBack(reason) ? batch.Votes.Length : 0;
                return true;
            }
        }

        if (votes > 0)
        {
            _onGivenBack(votes, flushAge, flush);
        }
    }

    /// <summary>Sees to it that the timer fires no later than <paramref name="due"/>.</summary>
    private void SetTimer(TimeSpan due)
    {
        if (due < _timerDue)
        {
            var wait = due - Now;
            _timerDue = due;
            _timer.Change(wait > TimeSpan.Zero ? WholeMilliseconds(wait) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
