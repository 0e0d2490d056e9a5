using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// One silo after the other is asked to stop, and started again; the next one's turn comes when it is ready. All of that
/// is the injection; nothing is left to heal.
/// </summary>
internal sealed class RollingRestart(DrillCluster drill) : Fault
{
    private readonly List<string> _stops = [];
    private readonly List<string> _problems = [];

    public override IReadOnlyList<ServiceProcess> MayEnd => drill.Cluster.Silos;

    public override bool HealsItself => true;

    public override string? Evidence => $"stops took {string.Join(", ", _stops)}";

    public override IReadOnlyList<string> Problems => _problems;

    public override string Describe() => "all silos stopped (SIGTERM) and started, one after the other";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        foreach (var silo in drill.Cluster.Silos)
        {
            var stop = new Stopwatch();
            stop.Start();
            if (!await silo.StopAsync(DrillCluster.StopLimit, cancellationToken))
                _problems.Add($"{silo.Name} did not stop by itself and was killed after {stop}.");
            stop.Stop();
            _stops.Add(stop.ToString());
            silo.Start();
            await silo.WaitUntilReadyAsync(DrillCluster.ReadyLimit, cancellationToken);
        }
    }

    public override Task HealAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
