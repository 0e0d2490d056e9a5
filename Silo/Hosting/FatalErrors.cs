using Orleans.Runtime;

namespace Votes.Silo.Hosting;

/// <summary>
/// Ends the process when it must not go on as a silo: above all when the cluster has declared it dead, because it stood
/// still or was cut off for longer than membership's patience. Its laws live elsewhere by then; it comes back as a new
/// silo when whoever runs it starts it again. Orleans' own handler would end it with a crash dump.
/// </summary>
public sealed partial class FatalErrors(
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<FatalErrors> logger) : IFatalErrorHandler, IDisposable
{
    /// <summary>The exit status of a silo that was declared dead: it wants to be started again.</summary>
    public const int ExitStatus = 3;

    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(5);

    private int _ends;
    private ITimer? _limit;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) =>
        // A loop of the membership's that ended by anything but the silo's own stop would leave a silo that sees nobody die.
        exception is not OperationCanceledException || !lifetime.ApplicationStopping.IsCancellationRequested;

    /// <inheritdoc/>
    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        if (Interlocked.Exchange(ref _ends, 1) != 0)
        {
            return;
        }

        var reason = $"{context} {exception?.Message}".Trim();
        LogEnds(exception, ExitStatus, reason);

        // Past the logger too, which writes in the background and may not come to it any more.
        Console.Error.WriteLine(
            $"This silo must not go on and ends with status {ExitStatus}; start it again, and it joins as a new one. {reason}");
        _limit = time.CreateTimer(
            static _ => Environment.FailFast("The silo did not end in time."), null, ExitLimit, Timeout.InfiniteTimeSpan);

        // Not on the caller's thread, which may hold what the end of the process waits for.
        new Thread(static () => Environment.Exit(ExitStatus)) { IsBackground = true }.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => _limit?.Dispose();

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "This silo must not go on and ends with status {Status}; start it again, and it joins as a new one. {Reason}")]
    private partial void LogEnds(Exception? exception, int status, string reason);
}
