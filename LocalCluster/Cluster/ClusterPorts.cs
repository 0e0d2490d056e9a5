namespace Votes.LocalCluster;

/// <summary>Gives ports to the parts of a cluster: those it had before, or the documented ones, where they are free.</summary>
internal sealed class ClusterPorts(bool documented)
{
    private const int Postgres = 15432;
    private const int Amqp = 15673;
    private const int SiloHttp = 8080;
    private const int IngestHttp = 8001;

    /// <summary>The ports of a cluster whose servers do not run.</summary>
    public ClusterState ForServers(ClusterState? before) => new()
    {
        PostgresPort = Pick(before?.PostgresPort, Postgres),
        AmqpPort = Pick(before?.AmqpPort, Amqp),
        EpmdPort = Pick(before?.EpmdPort, null),
        DistributionPort = Pick(before?.DistributionPort, null),
        Run = Guid.NewGuid(),
        LastHttpPorts = before?.With([]).LastHttpPorts ?? new Dictionary<string, int>(),
    };

    /// <summary>The ports of a silo or an Ingest that does not run.</summary>
    /// <param name="kind">Which program it runs.</param>
    /// <param name="number">1 and up, within its kind.</param>
    /// <param name="last">The HTTP ports that there were, by name.</param>
    public ServiceAddress ForService(ServiceKind kind, int number, IReadOnlyDictionary<string, int> last)
    {
        var address = new ServiceAddress(kind, number, 0, 0, 0);
        int? before = last.TryGetValue(address.Name, out var port) ? port : null;
        return kind == ServiceKind.Silo
            ? address with
            {
                HttpPort = Pick(before, SiloHttp + number - 1),
                SiloPort = Ports.Free(),
                GatewayPort = Ports.Free(),
            }
            : address with { HttpPort = Pick(before, IngestHttp + number - 1) };
    }

    private int Pick(int? before, int? preferred) =>
        (before ?? (documented ? preferred : null)) is { } port ? Ports.FreeOr(port) : Ports.Free();
}
