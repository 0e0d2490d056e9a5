using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// A silo stands still (SIGSTOP) and goes on (SIGCONT). Where the others declared it dead meanwhile, it ends when it
/// finds out, and is started again.
/// </summary>
internal sealed class PausedSilo(ServiceProcess silo, DrillCluster drill) : Fault
{
    private readonly Stopwatch _still = new();
    private bool _restarted;
    private string? _problem;

    public override IReadOnlyList<ServiceProcess> MayEnd => [silo];

    public override bool HealsItself => true;

    public override string? Evidence => $"stood still for {_still}; " + (_restarted
        ? "was declared dead, ended, and was started again"
        : "was not declared dead");

    public override IReadOnlyList<string> Problems => _problem is null ? [] : [_problem];

    public override string Describe() => $"{silo.Name} stands still (SIGSTOP)";

    public override Task InjectAsync(CancellationToken cancellationToken)
    {
        if (!silo.Pause())
            throw new ClusterException($"{silo.Name} was gone before it could be paused.");
        _still.Start();
        return Task.CompletedTask;
    }

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        silo.Resume();
        _still.Stop();
        (_restarted, _problem) = await new SiloMembership(drill).SettleAsync(silo, cancellationToken);
    }
}
