namespace Votes.LoadTest.Chaos.Faults;

/// <summary>RabbitMQ ends with SIGKILL, and is started again.</summary>
internal sealed class KilledBroker(DrillCluster drill) : Fault
{
    private readonly Stopwatch _down = new();

    public override string? Evidence => $"was down for {_down}";

    public override string Describe() => "RabbitMQ killed (SIGKILL)";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _down.Start();
        await drill.Cluster.RabbitMq.KillAsync(cancellationToken);
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        await drill.Cluster.RabbitMq.StartAsync(cancellationToken);
        _down.Stop();
    }
}
