using Microsoft.Extensions.Options;
using Npgsql;
using Votes.Telemetry.Logs;

namespace Votes.Silo.Reconcile;

/// <summary>
/// Lets one silo an interval compare totals with the votes they stand for, and shows what any silo found. A difference
/// cannot come about by counting: it means that somebody changed tables by hand, or a fault.
/// </summary>
/// <param name="check">Does the work.</param>
/// <param name="metrics">Shows the record.</param>
/// <param name="options">How often.</param>
/// <param name="time">The clock of the wait.</param>
/// <param name="logger">Told of every difference, once a change.</param>
public sealed partial class ReconcileService(
    LedgerCheck check,
    ReconcileMetrics metrics,
    IOptions<ReconcileOptions> options,
    TimeProvider time,
    ILogger<ReconcileService> logger) : BackgroundService
{
    private const int LoggedTotals = 20;

    // How much later than its interval a check may come, and how old the figures of the other silos may be.
    private const int LooksPerInterval = 5;

    private bool _isFailing;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Configured(options.Value.Interval);
        while (!stoppingToken.IsCancellationRequested)
        {
            await LookAsync(stoppingToken);
            await Task.Delay(options.Value.Interval / LooksPerInterval, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Does the check where it is this silo's to do, and shows the record.</summary>
    public async Task LookAsync(CancellationToken stop)
    {
        try
        {
            if (await check.TryClaimAsync(stop) is { } after)
            {
                Tell(await check.RunAsync(after, time, stop));
            }

            metrics.Show(await check.ReadRecordAsync(stop));
            _isFailing = false;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silo stops; the next check is another one's.
        }
#pragma warning disable CA1031 // Whatever goes wrong with a recount must not stop a silo that counts.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.Failed();
            if (!_isFailing)
            {
                Tell(exception);
            }

            _isFailing = true;
        }
    }

    private void Tell(Exception exception)
    {
        switch (exception)
        {
            case PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }:
                LogTookTooLong(logger, options.Value.StatementTimeout);
                break;
            case PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }:
                LogLocked(logger, options.Value.StatementTimeout);
                break;
            default:
                LogFailed(logger, Sentence.Of(exception.Message));
                break;
        }
    }

    private void Tell(CheckResult result)
    {
        foreach (var wrong in result.News.Take(LoggedTotals))
        {
            LogDifference(logger, wrong.LawId, wrong.Choice, wrong.Total, wrong.AuditRows);
        }

        if (result.News.Count > LoggedTotals)
        {
            LogMore(logger, result.News.Count - LoggedTotals);
        }

        if (result.Skipped.Count > 0)
        {
            metrics.Skipped(result.Skipped.Count);
            LogSkipped(logger, result.Skipped.Count, result.Skipped[0], options.Value.StatementTimeout);
        }

        if (result.RightAgain.Count > 0)
        {
            LogRightAgain(logger, result.RightAgain.Count, result.RightAgain[0]);
        }

        LogDone(logger, result.AuditRows, result.Wrong.Count);
    }

    [LoggerMessage(Level = LogLevel.Error, Message =
        "The total of law {LawId}, choice {Choice}, is {Total}, but {AuditRows} votes are on record: answers are wrong until "
        + "`Votes.Ops reconcile --repair` has set it right")]
    private static partial void LogDifference(ILogger logger, string lawId, string choice, long total, long auditRows);

    [LoggerMessage(Level = LogLevel.Error, Message =
        "{Count} more totals are not their number of votes: `Votes.Ops reconcile` lists them")]
    private static partial void LogMore(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Count} laws were not recounted, law {LawId} among them: one alone takes longer than Reconcile:StatementTimeout "
        + "({StatementTimeout}). Raise it, or run `Votes.Ops reconcile --law` by hand")]
    private static partial void LogSkipped(ILogger logger, int count, string lawId, TimeSpan statementTimeout);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} laws that differed are right again, {LawId} among them")]
    private static partial void LogRightAgain(ILogger logger, int count, string lawId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{AuditRows} votes recounted; {Differences} totals differ")]
    private static partial void LogDone(ILogger logger, long auditRows, int differences);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The totals were not recounted: {Reason} It is tried again next interval.")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The totals were not recounted: it took longer than Reconcile:StatementTimeout ({StatementTimeout}). Raise that; it is "
        + "tried again next interval.")]
    private static partial void LogTookTooLong(ILogger logger, TimeSpan statementTimeout);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The totals were not recounted: another session has held a lock on a table for longer than half of "
        + "Reconcile:StatementTimeout ({StatementTimeout}). pg_locks names the session; the recount is tried again next interval.")]
    private static partial void LogLocked(ILogger logger, TimeSpan statementTimeout);
}
