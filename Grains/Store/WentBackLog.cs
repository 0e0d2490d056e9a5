using Microsoft.Extensions.Logging;
using Votes.Grains.Counting;

namespace Votes.Grains.Store;

/// <summary>
/// Reports laws whose totals are lower on record than they once were: a metric for each, and a line of the log at most each
/// ten seconds, for a failover that lost commits concerns many laws. Thread-safe.
/// </summary>
public sealed partial class WentBackLog(TallyMetrics metrics, TimeProvider time, ILogger<WentBackLog> logger)
{
    /// <summary>The least time between two lines.</summary>
    public static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _loggedAt;
    private int _notLogged;

    /// <summary>Reports a law, where one of its totals went back.</summary>
    /// <param name="lawId">The law.</param>
    /// <param name="totals">Its totals that are not what they were.</param>
    public void Report(string lawId, IReadOnlyList<RestatedTotal> totals)
    {
        foreach (var total in totals)
        {
            if (total.WentBack)
            {
                metrics.DatabaseWentBack();
                Log(lawId, total);
                return;
            }
        }
    }

    private void Log(string lawId, RestatedTotal total)
    {
        lock (_gate)
        {
            if (_loggedAt is { } loggedAt && time.GetElapsedTime(loggedAt) < LeastInterval)
            {
                _notLogged++;
                return;
            }

            _loggedAt = time.GetTimestamp();
            LogWentBack(
                lawId, total.Before.Choice, total.Before.Total, total.Before.Version, total.Now.Total, total.Now.Version, _notLogged);
            _notLogged = 0;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The database has gone back. Law {LawId}, choice {Choice}: {Before} votes (version {VersionBefore}) were durable, "
            + "{Now} (version {VersionNow}) are on record. Unless its owner took them out, votes that were counted are "
            + "lost: publish them again. Answers follow the database. {Others} other laws since the last such line")]
    private partial void LogWentBack(
        string lawId, string choice, long before, long versionBefore, long now, long versionNow, int others);
}
