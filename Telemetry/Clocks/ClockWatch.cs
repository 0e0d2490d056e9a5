using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Votes.Telemetry.Clocks;

/// <summary>
/// Compares this machine's clock with the database's: once before the process does anything, and then every few seconds, so
/// that <see cref="DatabaseTime"/> stays right and a clock that goes wrong is reported.
/// </summary>
/// <param name="clock">Reads both clocks.</param>
/// <param name="time">Follows the readings.</param>
/// <param name="tolerance">By how much the clocks may differ.</param>
/// <param name="report">Gets each offset: positive where this machine's clock is ahead.</param>
/// <param name="logger">Gets a line when the clock goes wrong, and one when it is right again.</param>
public sealed partial class ClockWatch(
    DatabaseClock clock, DatabaseTime time, TimeSpan tolerance, Action<TimeSpan> report, ILogger<ClockWatch> logger)
    : BackgroundService
{
    /// <summary>The time between two comparisons.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private bool _isOff;

    /// <summary>Compares once, and refuses clocks that differ by more than they may.</summary>
    /// <exception cref="ClockException">They do; the message names both times.</exception>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var reading = await ReadAsync(cancellationToken);
        reading.ThrowIfOff(tolerance);
    }

    /// <summary>Compares once; logs when the clock goes wrong and when it is right again.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        var reading = await ReadAsync(cancellationToken);
        var isOff = reading.IsOff(tolerance);
        if (isOff && !_isOff)
        {
            LogOff(logger, reading.Own.UtcDateTime, reading.Database.UtcDateTime, tolerance);
        }
        else if (_isOff && !isOff)
        {
            LogRight(logger);
        }

        _isOff = isOff;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await CompareAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                // The time counts on from the last reading meanwhile; that the database is away, others report.
            }
        }
    }

    private async Task<ClockReading> ReadAsync(CancellationToken cancellationToken)
    {
        var reading = await clock.ReadAsync(cancellationToken);
        time.Follow(reading);
        report(reading.Offset);
        return reading;
    }

    [LoggerMessage(Level = LogLevel.Error, Message =
        "This machine's clock says {Own:O} and the database's {Database:O}: they differ by more than {Tolerance}. Votes are "
        + "counted by the database's time; set this machine's clock, or this process will refuse its next start")]
    private static partial void LogOff(ILogger logger, DateTime own, DateTime database, TimeSpan tolerance);

    [LoggerMessage(Level = LogLevel.Information, Message = "This machine's clock agrees with the database's again")]
    private static partial void LogRight(ILogger logger);
}
