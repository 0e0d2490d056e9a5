using Microsoft.Extensions.Hosting;

namespace Votes.Silo.Hosting;

/// <summary>
/// Ends the process where its stop takes longer than it may: a driver or a socket that hangs must not keep it from ending.
/// Nothing is lost by it: what is not acked is delivered again, and what is not committed is not acked.
/// </summary>
public sealed class StopGuard : IDisposable
{
    /// <summary>The exit status of a stop that had to be cut short.</summary>
    public const int ExitStatus = 4;

    private readonly CancellationTokenRegistration _registration;
    private ITimer? _timer;

    /// <summary>Watches the stop of a host.</summary>
    /// <param name="lifetime">Tells when the stop begins.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="time">The clock.</param>
    public StopGuard(IHostApplicationLifetime lifetime, TimeSpan limit, TimeProvider time) =>
        _registration = lifetime.ApplicationStopping.Register(() =>
            _timer = time.CreateTimer(_ => End(limit), null, limit, Timeout.InfiniteTimeSpan));

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _timer?.Dispose();
    }

    private static void End(TimeSpan limit)
    {
        // Not through the logger, whose background writer may not come to it any more.
        Console.Error.WriteLine(
            $"The stop has not ended within {limit}; the process ends as it is, with status {ExitStatus}. Nothing is lost.");
        Environment.Exit(ExitStatus);
    }
}
