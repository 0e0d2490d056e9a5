using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Votes.Telemetry.Logs;

namespace Votes.Telemetry.Statistics;

/// <summary>
/// Puts a row on record for each minute of this process, and at its stop one for the minute that had begun. To be
/// registered ahead of what does the work: services stop in the opposite order, and the last row is to hold the last votes.
/// </summary>
/// <param name="work">What the process does.</param>
/// <param name="store">The database.</param>
/// <param name="keepFor">Rows that are older are deleted; null: another process sees to that.</param>
/// <param name="time">Whose minutes they are.</param>
/// <param name="logger">Told when rows cannot be written, and when they can again.</param>
public sealed partial class StatisticsService(
    IWorkSource work,
    StatisticsStore store,
    TimeSpan? keepFor,
    TimeProvider time,
    ILogger<StatisticsService> logger) : BackgroundService
{
    /// <summary>How many minutes are kept while the database is away: a day of them.</summary>
    public const int MostUnwritten = 24 * 60;

    private const int RowsAStatement = 240;
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(1);
    // Minutes are the clock's, and clocks are set.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DeleteInterval = TimeSpan.FromHours(1);

    private readonly MinuteBook _book = new(MostUnwritten);
    private Task _statement = Task.CompletedTask;
    private DateTime _minute;
    private DateTime _deletedAt;
    private bool _isFailing;
    private long _failedAt;
    private long _toldDropped;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _minute = ThisMinute();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await IsOverAsync(stoppingToken))
        {
            Close();
            await WriteAsync(WriteLimit, stoppingToken);
        }

        Close();
        await WriteAsync(FarewellLimit, CancellationToken.None);
    }

    /// <returns>False where the process stops first.</returns>
    private async Task<bool> IsOverAsync(CancellationToken stop)
    {
        // Any other minute, an earlier one too.
        while (ThisMinute() == _minute && !stop.IsCancellationRequested)
        {
            await Task.Delay(LookInterval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !stop.IsCancellationRequested;
    }

    private void Close()
    {
        var next = ThisMinute();
        _book.Close(_minute, work.Take());
        _minute = next;
    }

    private async Task WriteAsync(TimeSpan limit, CancellationToken stop)
    {
        try
        {
            while (_book.Count > 0)
            {
                var rows = _book.Oldest(RowsAStatement);
                await RunAsync(token => store.WriteAsync(rows, token), limit, stop);
                _book.Written(rows);
            }

            if (_isFailing)
            {
                var seconds = time.GetElapsedTime(_failedAt).TotalSeconds;
                LogWrittenAgain(logger, seconds);
            }

            _isFailing = false;
            await DeleteOldAsync(limit, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The process stops: what is left goes with the last row.
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            if (!_isFailing)
            {
                _failedAt = time.GetTimestamp();
                LogNotWritten(logger, Sentence.Of(exception.Message), _book.Count, MostUnwritten);
            }

            _isFailing = true;
        }

        if (_book.Dropped > _toldDropped && _toldDropped == 0)
        {
            LogDropped(logger, MostUnwritten);
            _toldDropped = _book.Dropped;
        }
    }

    private async Task DeleteOldAsync(TimeSpan limit, CancellationToken stop)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (keepFor is { } kept && now - _deletedAt >= DeleteInterval)
        {
            _deletedAt = now;
            await RunAsync(token => store.DeleteOldAsync(now - kept, token), limit, stop);
        }
    }

    /// <summary>
    /// Runs a statement and does not wait for longer than the limit: with a server that stands still the driver's own limits
    /// may hang. One that was given up goes on, and no other begins before it has ended.
    /// </summary>
    private async Task RunAsync(Func<CancellationToken, Task> statement, TimeSpan limit, CancellationToken stop)
    {
        if (!_statement.IsCompleted)
        {
            await _statement.WaitAsync(limit, time, stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_statement.IsCompleted)
            {
                stop.ThrowIfCancellationRequested();
                throw new TimeoutException("the database has not answered the statement before");
            }
        }

        // On the pool, because it may block before it first awaits. No token: to cancel is what may hang.
        _statement = Task.Run(() => statement(CancellationToken.None), CancellationToken.None);
        await _statement.WaitAsync(limit, time, stop);
    }

    private DateTime ThisMinute()
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The statistics of {Minutes} minutes could not be written: {Reason} They are kept, {Most} of them at most, and tried "
        + "again each minute; no vote depends on them.")]
    private static partial void LogNotWritten(ILogger logger, string reason, int minutes, int most);

    [LoggerMessage(Level = LogLevel.Information, Message =
        "The database is back after {Seconds:F0} s; statistics are written again.")]
    private static partial void LogWrittenAgain(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "More than {Most} minutes of statistics could not be written; the oldest are given up from now on")]
    private static partial void LogDropped(ILogger logger, int most);
}
