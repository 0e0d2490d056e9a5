namespace Votes.LoadTest.Chaos.Faults;

/// <summary>PostgreSQL ends at once (its "immediate" stop, which recovers like a crash), and is started again.</summary>
internal sealed class CrashedPostgres(DrillCluster drill) : Fault
{
    private readonly Stopwatch _down = new();

    public override string? Evidence => $"was down for {_down}, recovery included";

    public override string Describe() => "PostgreSQL stopped at once, without a checkpoint";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _down.Start();
        await drill.Cluster.Postgres.StopImmediatelyAsync(cancellationToken);
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        await drill.Cluster.Postgres.StartAsync(cancellationToken);
        _down.Stop();
    }
}
