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
    };

    /// <summary>The ports of a silo or an Ingest that does not run.</summary>
    public ServiceAddress ForService(ServiceKind kind, int number) => kind == ServiceKind.Silo
        ? new ServiceAddress(kind, number, Pick(null, SiloHttp + number - 1), Ports.Free(), Ports.Free())
        : new ServiceAddress(kind, number, Pick(null, IngestHttp + number - 1), 0, 0);

    private int Pick(int? before, int? preferred) =>
        (before ?? (documented ? preferred : null)) is { } port ? Ports.FreeOr(port) : Ports.Free();
}
