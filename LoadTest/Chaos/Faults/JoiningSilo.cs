using System.Globalization;
using Votes.LoadTest.Chaos.Watching;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>One more silo joins the cluster, and leaves again in order.</summary>
internal sealed class JoiningSilo(DrillCluster drill) : Fault
{
    private readonly Stopwatch _leave = new();
    private double _counted;

    public override IReadOnlyList<ServiceProcess> MayEnd => Joined is { } joined ? [joined] : [];

    public override bool HealsItself => true;

    public override string? Evidence => string.Create(
        CultureInfo.InvariantCulture, $"the new silo counted {_counted:#,0} votes, and left within {_leave}");

    public override bool Bit => _counted > 0;

    private ServiceProcess? Joined => drill.Cluster.Silos.FirstOrDefault(silo => silo.Address.Number > drill.Silos);

    public override string Describe() => $"silo-{drill.Silos + 1} joins";

    public override Task InjectAsync(CancellationToken cancellationToken) =>
        drill.Cluster.ScaleAsync(drill.Silos + 1, drill.Ingests, cancellationToken);

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        if (Joined is { } joined)
        {
            using var working = new WorkingServices(TimeProvider.System);
            _counted = await working.WorkOfAsync(joined, cancellationToken);
        }

        _leave.Start();
        await drill.Cluster.ScaleAsync(drill.Silos, drill.Ingests, cancellationToken);
        _leave.Stop();
    }
}
