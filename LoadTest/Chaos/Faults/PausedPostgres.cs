using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>PostgreSQL stands still with all its processes (SIGSTOP), and goes on (SIGCONT).</summary>
internal sealed class PausedPostgres(DrillCluster drill) : Fault
{
    private readonly Stopwatch _still = new();

    public override string? Evidence => $"stood still for {_still}";

    public override string Describe() => "PostgreSQL stands still (SIGSTOP)";

    public override Task InjectAsync(CancellationToken cancellationToken)
    {
        if (!drill.Cluster.Postgres.Pause())
            throw new ClusterException("PostgreSQL was gone before it could be paused.");
        _still.Start();
        return Task.CompletedTask;
    }

    public override Task HealAsync(CancellationToken cancellationToken)
    {
        drill.Cluster.Postgres.Resume();
        _still.Stop();
        return Task.CompletedTask;
    }
}
