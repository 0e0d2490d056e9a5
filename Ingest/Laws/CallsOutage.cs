using Microsoft.Extensions.Logging;

namespace Votes.Ingest.Laws;

/// <summary>
/// How long calls to grains have failed, and the log of it: a line when the first law fails and one when the last one is
/// well again, a reminder each minute between them, and none per call. Used under its owner's lock.
/// </summary>
internal sealed partial class CallsOutage(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromMinutes(1);

    // A silo that dies makes calls fail for as long as this.
    private static readonly TimeSpan RemarkableFor = TimeSpan.FromSeconds(10);

    private long _since;
    private long _toldAt;
    private long? _narrowedAt;
    private int _laws;
    private volatile string _cause = "";

    /// <summary>True while the calls of at least one law fail.</summary>
    public bool IsOngoing => Volatile.Read(ref _laws) > 0;

    /// <summary>The last cause of an outage that has lasted for a while; null where there is none, or it has just begun.</summary>
    public string? Cause => IsOngoing && time.GetElapsedTime(Volatile.Read(ref _since)) >= RemarkableFor ? _cause : null;

    /// <summary>A call has failed.</summary>
    /// <param name="isFirstOfLaw">Whether the law's last call had succeeded.</param>
    /// <param name="cause">Why.</param>
    /// <param name="votes">The votes of the call.</param>
    public void Failed(bool isFirstOfLaw, Exception cause, int votes)
    {
        _cause = $"{cause.GetType().Name}: {cause.Message}";
        if (isFirstOfLaw && ++_laws == 1)
        {
            _since = _toldAt = time.GetTimestamp();
            LogHolding(log, cause, votes);
        }
        else if (time.GetElapsedTime(_toldAt) >= ReminderInterval)
        {
            _toldAt = time.GetTimestamp();
            var seconds = time.GetElapsedTime(_since).TotalSeconds;
            LogStillHolding(log, seconds, _laws, cause.GetType().Name, cause.Message);
        }
    }

    /// <summary>The calls of a law that had failed succeed again.</summary>
    public void Recovered()
    {
        if (--_laws == 0)
        {
            var seconds = time.GetElapsedTime(_since).TotalSeconds;
            LogResumed(log, seconds);
        }
    }

    /// <summary>Fewer calls may be in flight from now on, because calls timed out.</summary>
    /// <param name="limit">So many.</param>
    /// <param name="most">So many where none time out.</param>
    public void Narrowed(int limit, int most)
    {
        if (_narrowedAt is not { } before || time.GetElapsedTime(before) >= ReminderInterval)
        {
            _narrowedAt = time.GetTimestamp();
            LogNarrowed(log, limit, most);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "A call to a law's grain failed; its {Votes} votes are held, unacked, and sent again until they are durable. " +
        "More such calls are told of each minute at most.")]
    private static partial void LogHolding(ILogger log, Exception cause, int votes);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Calls to grains have failed for {Seconds:F0} s; votes of {Laws} laws are held, unacked, and sent again. The last " +
        "cause: {ErrorType}: {Why}")]
    private static partial void LogStillHolding(ILogger log, double seconds, int laws, string errorType, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Calls to grains time out: silos get more than they can do. {Limit} calls instead of {Most} may be in flight until " +
        "answers come in time again. This is logged each minute at most.")]
    private static partial void LogNarrowed(ILogger log, int limit, int most);

    [LoggerMessage(Level = LogLevel.Information, Message =
        "Calls to grains succeed again after {Seconds:F1} s; no votes are held.")]
    private static partial void LogResumed(ILogger log, double seconds);
}
