using Votes.Bench.Measuring;

namespace Votes.Bench.Running;

/// <summary>Waits until the servers have nothing left to do of what came before a run.</summary>
internal static class Calm
{
    private const double MostOfOneCore = 0.1;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns when processes take next to no CPU, or after a limit: a server may never rest.</summary>
    public static async Task WaitAsync(IReadOnlyCollection<int> pids, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        var before = ProcessTable.Read().CpuSeconds(pids);
        while (clock.GetElapsedTime(start) < WaitLimits.Rest)
        {
            await Task.Delay(Period, clock, cancellationToken);
            var now = ProcessTable.Read().CpuSeconds(pids);
            if (now - before < MostOfOneCore * Period.TotalSeconds)
                return;
            before = now;
        }
    }
}
