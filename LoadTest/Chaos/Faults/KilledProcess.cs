using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>A silo or an Ingest ends with SIGKILL, and is started again.</summary>
internal sealed class KilledProcess(ServiceProcess service) : Fault
{
    private readonly Stopwatch _gone = new();
    private int _pid;

    public override IReadOnlyList<ServiceProcess> MayEnd => [service];

    public override bool HealsItself => true;

    public override string? Evidence => $"process {_pid} was gone; a new one was ready after {_gone}";

    public override string Describe() => $"{service.Name} killed (SIGKILL)";

    public override async Task InjectAsync(CancellationToken cancellationToken)
    {
        _pid = service.Process?.Pid ?? 0;
        await service.KillAsync(cancellationToken);
        _gone.Start();
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        service.Start();
        await service.WaitUntilReadyAsync(DrillCluster.ReadyLimit, cancellationToken);
        _gone.Stop();
    }
}
