using System.Data.Common;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>Something that a fault does again and again, until it is stopped or its cluster is. Owned by the fault.</summary>
internal sealed class Repetition
{
    private readonly CancellationTokenSource _stop;
    private readonly Task _loop;

    /// <summary>Begins at once.</summary>
    /// <param name="once">What is done, and how long to wait before it is done again.</param>
    /// <param name="ending">Ends it as well.</param>
    public Repetition(Func<CancellationToken, Task<TimeSpan>> once, CancellationToken ending)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var stop = _stop.Token;
        _loop = Task.Run(() => RunAsync(once, stop), CancellationToken.None);
    }

    /// <summary>Ends it, and waits for what is under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private static async Task RunAsync(Func<CancellationToken, Task<TimeSpan>> once, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var pause = TimeSpan.FromSeconds(1);
            try
            {
                pause = await once(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is DbException or ClusterException)
            {
                // Another fault has the server down just now; this one goes on when it is back.
            }

            try
            {
                await Task.Delay(pause, TimeProvider.System, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
