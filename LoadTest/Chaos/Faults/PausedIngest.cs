using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// An Ingest stands still (SIGSTOP) and goes on (SIGCONT). The broker holds what was delivered to it until it misses
/// heartbeats, so the cluster is not held to its rate before the healing.
/// </summary>
internal sealed class PausedIngest(ServiceProcess ingest) : Fault
{
    private readonly Stopwatch _still = new();

    public override string? Evidence => $"stood still for {_still}";

    public override string Describe() => $"{ingest.Name} stands still (SIGSTOP)";

    public override Task InjectAsync(CancellationToken cancellationToken)
    {
        if (!ingest.Pause())
            throw new ClusterException($"{ingest.Name} was gone before it could be paused.");
        _still.Start();
        return Task.CompletedTask;
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        ingest.Resume();
        _still.Stop();
        await ingest.WaitUntilReadyAsync(DrillCluster.ReadyLimit, cancellationToken);
    }
}
