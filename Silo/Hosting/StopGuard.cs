using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Votes.Silo.Hosting;

/// <summary>
/// Ends the process where its stop takes longer than it may: a driver or a socket that hangs must not keep it from ending.
/// Nothing is lost by it: what is not acked is delivered again, and what is not committed is not acked.
/// </summary>
internal sealed class StopGuard : IDisposable
{
    /// <summary>The exit status of a stop that had to be cut short.</summary>
    public const int ExitStatus = 4;

    private static readonly TimeSpan TalkLimit = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenRegistration _registration;
    private readonly ManualResetEventSlim _ended = new();

    /// <summary>Watches the stop of a host.</summary>
    /// <param name="lifetime">Tells when the stop begins.</param>
    /// <param name="limit">How long it may take.</param>
    public StopGuard(IHostApplicationLifetime lifetime, TimeSpan limit) =>
        // A thread of its own and no timer: what hangs may hold every thread of the pool, as cancelled statements of a
        // database that stands still do, and a timer's end came two to four seconds late then.
        _registration = lifetime.ApplicationStopping.Register(() => Start(() =>
        {
            if (!_ended.Wait(limit))
            {
                End(limit);
            }
        }));

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _ended.Set();
    }

    private static void End(TimeSpan limit)
    {
        // Not through the logger, whose background writer may not come to it any more; and a console that nobody reads
        // blocks whoever writes to it.
        Start(() => Console.Error.WriteLine(
            $"The stop has not ended within {limit}; the process ends as it is, with status {ExitStatus}. Nothing is lost."))
            .Join(TalkLimit);

        // Environment.Exit would wait for handlers, which may hang as well.
        ExitAtOnce(ExitStatus);
    }

    private static Thread Start(ThreadStart action)
    {
        var thread = new Thread(action) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void ExitAtOnce(int status)
    {
        try
        {
            ExitNow(status);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // Not on Linux.
            Environment.Exit(status);
        }
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void ExitNow(int status);
}
