using Votes.Telemetry.Logs;

namespace Votes.Silo.Minutes;

/// <summary>Lets one silo a minute sum the last one up, and catches up where none was there to do it.</summary>
/// <param name="store">The database.</param>
/// <param name="time">The clock of the waits.</param>
/// <param name="logger">Told when it fails, and when it goes on, once a change.</param>
public sealed partial class MinuteService(MinuteStore store, TimeProvider time, ILogger<MinuteService> logger)
    : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private bool _isFailing;
    private long _failedAt;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await CatchUpAsync(stoppingToken);
            await Task.Delay(LookInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CatchUpAsync(CancellationToken stop)
    {
        try
        {
            while (await store.SumUpAsync(stop) is not null)
            {
            }

            if (_isFailing)
            {
                var seconds = time.GetElapsedTime(_failedAt).TotalSeconds;
                LogGoesOn(logger, seconds);
            }

            _isFailing = false;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silo stops; the next minute is another one's.
        }
#pragma warning disable CA1031 // Whatever goes wrong with charts must not stop a silo that counts.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_isFailing)
            {
                _failedAt = time.GetTimestamp();
                LogFailed(logger, Sentence.Of(exception.Message));
            }

            _isFailing = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The last minute's votes were not summed up: {Reason} It is tried again; histories read the audit meanwhile, which is "
        + "slower.")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Minutes are summed up again after {Seconds:F0} s.")]
    private static partial void LogGoesOn(ILogger logger, double seconds);
}
