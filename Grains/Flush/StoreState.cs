using Microsoft.Extensions.Logging;

namespace Votes.Grains.Flush;

/// <summary>
/// Whether the database takes flushes, as the lanes find it, and the log of it: a line when the first lane fails and one
/// when the last one is well again, a reminder each minute between them, and none per attempt. Thread-safe.
/// </summary>
public sealed partial class StoreState(TimeProvider time, ILogger<StoreState> logger)
{
    /// <summary>The least time between two lines that say the same.</summary>
    public static readonly TimeSpan ReminderInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long a failure counts as going on without another one: longer than Ingest waits before it sends again.</summary>
    public static readonly TimeSpan FailureLasts = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _failing = [];
    private readonly Dictionary<int, long> _lastWritten = [];
    private long _since;
    private long? _toldAt;
    private long? _overloadToldAt;
    private long _givenBack;
    private bool _isTold;
    private string _errorType = "";
    private string _reason = "";

    /// <summary>The failure that is going on; null where flushes succeed, or there are none.</summary>
    public StoreFailure? Failure
    {
        get
        {
            lock (_gate)
            {
                return _failing.Values.Any(failedAt => time.GetElapsedTime(failedAt) < FailureLasts)
                    ? new StoreFailure(time.GetElapsedTime(_since), _errorType, _reason)
                    : null;
            }
        }
    }

    /// <summary>A lane's flush failed, or got no answer for too long.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="flush">The flush's number in its lane: one that is known to have succeeded has not failed.</param>
    /// <param name="errorType">A short word for what went wrong.</param>
    /// <param name="reason">What went wrong.</param>
    /// <param name="votes">How many votes it concerns.</param>
    public void Unavailable(int lane, long flush, string errorType, string reason, int votes)
    {
        lock (_gate)
        {
            if (flush <= _lastWritten.GetValueOrDefault(lane, -1))
            {
                // Whoever says so looked before the flush succeeded: the lane may have no other for a long time.
                return;
            }

            var begins = _failing.Count == 0;
            _failing[lane] = time.GetTimestamp();
            (_errorType, _reason) = (errorType, reason);
            if (begins)
            {
                _since = time.GetTimestamp();
                _isTold = IsDue(ref _toldAt);
                if (_isTold)
                {
                    _givenBack = 0;
                    LogUnavailable(errorType, reason, votes);
                }
            }
            else if (IsDue(ref _toldAt))
            {
                _isTold = true;
                var seconds = time.GetElapsedTime(_since).TotalSeconds;
                LogStillUnavailable(seconds, errorType, _givenBack, reason);
            }
        }
    }

    /// <summary>A lane's flush succeeded.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="flush">The flush's number in its lane.</param>
    public void Available(int lane, long flush)
    {
        lock (_gate)
        {
            _lastWritten[lane] = flush;
            if (_failing.Count == 0)
            {
                return;
            }

            _failing.Remove(lane);
            foreach (var (silent, failedAt) in _failing)
            {
                // A lane that failed and has nothing to write since then would be called failing for ever.
                if (time.GetElapsedTime(failedAt) >= ReminderInterval)
                {
                    _failing.Remove(silent);
                }
            }

            // An outage that nobody was told of, because another one had ended just before it, ends as quietly.
            if (_failing.Count == 0 && _isTold)
            {
                var seconds = time.GetElapsedTime(_since).TotalSeconds;
                LogAvailable(seconds, _givenBack);
                _givenBack = 0;
            }
        }
    }

    /// <summary>Votes went back to their senders because they had waited for too long.</summary>
    public void GaveBack(int votes)
    {
        lock (_gate)
        {
            _givenBack += votes;
            if (_failing.Count == 0 && IsDue(ref _overloadToldAt))
            {
                LogOverloaded(_givenBack);
                _givenBack = 0;
            }
        }
    }

    private bool IsDue(ref long? toldAt)
    {
        if (toldAt is { } told && time.GetElapsedTime(told) < ReminderInterval)
        {
            return false;
        }

        toldAt = time.GetTimestamp();
        return true;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Flush failed ({ErrorType}); {Votes} votes are tried again, and go back to Ingest when they are too old: "
            + "{Reason}")]
    private partial void LogUnavailable(string errorType, string reason, int votes);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Flushes have failed for {Seconds:F0} s ({ErrorType}); {Votes} votes went back to Ingest so far: {Reason}")]
    private partial void LogStillUnavailable(double seconds, string errorType, long votes, string reason);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Flushes succeed again after {Seconds:F1} s; {Votes} votes went back to Ingest meanwhile")]
    private partial void LogAvailable(double seconds, long votes);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Votes} votes went back to Ingest because their turn did not come in time: more votes arrive than the "
            + "database takes")]
    private partial void LogOverloaded(long votes);
}
