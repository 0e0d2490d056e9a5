using Microsoft.Extensions.Logging;

namespace Votes.Ingest;

/// <summary>
/// Lets the cluster client try for ever: silos, the database or its schema may come later than this process. The
/// client's own filter gives up, and at once where the database is not there.
/// </summary>
/// <param name="time">The clock of the back-off.</param>
/// <param name="log">Tells, once, that the process waits.</param>
internal sealed partial class PatientConnectionRetry(TimeProvider time, ILogger<PatientConnectionRetry> log)
    : IClientConnectionRetryFilter
{
    private static readonly Backoff Backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    private int _failures;

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (_failures++ == 0)
        {
            LogWaiting(log, exception.GetType().Name, exception.Message);
        }

        await Task.Delay(Backoff.Delay(_failures, Random.Shared.NextDouble()), time, cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The cluster cannot be reached yet ({ErrorType}: {Why}); nothing is consumed until it can.")]
    private static partial void LogWaiting(ILogger log, string errorType, string why);
}
