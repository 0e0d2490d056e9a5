using Microsoft.Extensions.Logging;
using Votes.Grains.Store;

namespace Votes.Grains.Flush;

/// <summary>
/// Whether the database takes flushes, as the lanes find it, and the log of it: a line when it changes, none per attempt.
/// Thread-safe.
/// </summary>
public sealed partial class StoreState(TimeProvider time, ILogger<StoreState> logger)
{
    private readonly Lock _gate = new();
    private long? _since;

    /// <summary>A flush failed.</summary>
    public void Unavailable(StoreUnavailableException reason, int pendingVotes)
    {
        lock (_gate)
        {
            if (_since is null)
            {
                _since = time.GetTimestamp();
                LogUnavailable(reason.ErrorType, reason.Message, pendingVotes);
            }
        }
    }

    /// <summary>A flush succeeded.</summary>
    public void Available()
    {
        lock (_gate)
        {
            if (_since is { } since)
            {
                _since = null;
                var seconds = time.GetElapsedTime(since).TotalSeconds;
                LogAvailable(seconds);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Flush failed ({ErrorType}); {PendingVotes} votes stay pending and are tried again: {Reason}")]
    private partial void LogUnavailable(string errorType, string reason, int pendingVotes);

    [LoggerMessage(Level = LogLevel.Information, Message = "Flushes succeed again after {Seconds:F1} s")]
    private partial void LogAvailable(double seconds);
}
