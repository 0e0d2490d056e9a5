using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>A silo or an Ingest is asked to stop (SIGTERM), and is started again.</summary>
internal sealed class StoppedProcess(ServiceProcess service) : Fault
{
    private readonly Stopwatch _stop = new();
    private bool _wentByItself;

    public override IReadOnlyList<ServiceProcess> MayEnd => [service];

    public override bool HealsItself => true;

    public override string? Evidence => _wentByItself ? $"stopped within {_stop}" : $"killed after {_stop}";

    public override IReadOnlyList<string> Problems =>
        _wentByItself ? [] : [$"{service.Name} did not stop by itself and was killed after {_stop}."];

    public override string Describe() => $"{service.Name} stopped (SIGTERM)";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _stop.Start();
        _wentByItself = await service.StopAsync(DrillCluster.StopLimit, cancellationToken);
        _stop.Stop();
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        service.Start();
        await service.WaitUntilReadyAsync(DrillCluster.ReadyLimit, cancellationToken);
    }
}
