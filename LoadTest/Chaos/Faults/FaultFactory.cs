using Votes.LoadTest.Chaos.Network;
using Votes.LoadTest.Chaos.Schedule;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>Makes the faults that a schedule plans.</summary>
internal static class FaultFactory
{
    private const int CommitsPerConnection = 6;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SiloLatency = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(4);

    private static readonly ProxyMode CommitCut = ProxyMode.CommitCut(CommitsPerConnection);

    /// <summary>One planned fault, on this cluster. The target counts round where there are fewer.</summary>
    /// <param name="planned">What the schedule says.</param>
    /// <param name="cluster">The cluster to break.</param>
    /// <param name="seed">What the fault leaves to chance follows from it.</param>
    public static Fault Create(PlannedFault planned, DrillCluster cluster, int seed)
    {
        var silos = cluster.Cluster.Silos;
        var ingests = cluster.Cluster.Ingests;
        var silo = silos[planned.Target % silos.Count];
        var ingest = ingests[planned.Target % ingests.Count];
        return planned.Kind switch
        {
            FaultKind.SiloKill => new KilledProcess(silo),
            FaultKind.SiloPause => new PausedSilo(silo, cluster),
            FaultKind.SiloStop => new StoppedProcess(silo),
            FaultKind.SiloRollingRestart => new RollingRestart(cluster),
            FaultKind.SiloJoin => new JoiningSilo(cluster),
            FaultKind.ColdLaws => new ColdLaws(cluster, seed),
            FaultKind.IngestKill => new KilledProcess(ingest),
            FaultKind.IngestPause => new PausedIngest(ingest),
            FaultKind.IngestStop => new StoppedProcess(ingest),
            FaultKind.PostgresKill => new CrashedPostgres(cluster),
            FaultKind.PostgresPause => new PausedPostgres(cluster),
            FaultKind.PostgresTerminate => new TerminatedBackends(cluster, seed),
            FaultKind.PostgresLock => new LockedTotals(cluster),
            FaultKind.PostgresDiskFull => new FullDisk(cluster),
            FaultKind.PostgresCommitCut => new LinkFault(
                "answers to commits of all silos are cut off",
                CommitCut,
                [.. silos.Select(each => (cluster.Links.Of(each).Postgres, CommitCut))]),
            FaultKind.PostgresStatementTimeout => new StatementTimeouts(cluster),
            FaultKind.RabbitKill => new KilledBroker(cluster),
            FaultKind.RabbitClose => new ClosedConnections(cluster),
            FaultKind.RabbitMemoryAlarm => new MemoryAlarm(cluster),
            FaultKind.RabbitQueueDelete => new DeletedQueue(cluster),
            FaultKind.RabbitConsumerTimeout => new ConsumerTimeout(cluster),
            FaultKind.RabbitNestedHeaders => new NestedHeaders(cluster),
            _ => OfLink(planned.Kind, cluster, silo, ingest, new Dice(seed).Coin()),
        };
    }

    private static LinkFault OfLink(
        FaultKind kind, DrillCluster cluster, ServiceProcess silo, ServiceProcess ingest, bool losesBytes)
    {
        switch (kind)
        {
            case FaultKind.IngestRabbitLatency or FaultKind.IngestRabbitCut or FaultKind.IngestRabbitSilent or
                FaultKind.IngestRabbitReset:
                var broker = cluster.Links.Of(ingest).RabbitMq!;
                return New(ingest.Name, "RabbitMQ", broker, Mode(kind, Latency, Direction.ToClient, losesBytes));
            case FaultKind.IngestSiloLatency or FaultKind.IngestSiloCut or FaultKind.IngestSiloSilent or
                FaultKind.IngestSiloReset:
                var server = WithGatewayInUse(cluster, silo);
                return New(
                    "the Ingests", $"{server.Name}'s gateway", cluster.Links.Of(server).Gateway!,
                    Mode(kind, Latency, Direction.ToClient, losesBytes));
            case FaultKind.SiloPostgresLatency or FaultKind.SiloPostgresCut or FaultKind.SiloPostgresSilent or
                FaultKind.SiloPostgresReset:
                var postgres = cluster.Links.Of(silo).Postgres;
                return New(silo.Name, "PostgreSQL", postgres, Mode(kind, Latency, Direction.ToClient, losesBytes));
            case FaultKind.SiloSiloLatency or FaultKind.SiloSiloCut or FaultKind.SiloSiloSilent or
                FaultKind.SiloSiloReset:
                return OfSilo(cluster, silo, Mode(kind, SiloLatency, Direction.ToServer, losesBytes));
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "The drill does not know this fault.");
        }
    }

    // Clients keep to the gateways that they have: after restarts there may be one that nobody uses.
    private static ServiceProcess WithGatewayInUse(DrillCluster cluster, ServiceProcess drawn) =>
        cluster.Cluster.Silos.OrderByDescending(each => each == drawn).FirstOrDefault(
            each => cluster.Links.Of(each).Gateway!.Counts.CarriedWithin(LinkFault.InUse), drawn);

    // Two silos share one connection, and either may have made it: those that others made go through this silo's proxy,
    // those that it made itself through theirs.
    private static LinkFault OfSilo(DrillCluster cluster, ServiceProcess silo, ProxyMode mode)
    {
        var own = mode.Turned().OnlyFrom(
            port => silo.Process is { } process && SocketOwner.Has(process.Pid, port));
        return new LinkFault(
            What("the other silos", silo.Name, mode),
            mode,
            [
                (cluster.Links.Of(silo).Silo!, mode),
                .. cluster.Cluster.Silos.Where(other => other != silo)
                    .Select(other => (cluster.Links.Of(other).Silo!, own)),
            ],
            (silo, new SiloMembership(cluster)));
    }

    private static ProxyMode Mode(FaultKind kind, TimeSpan latency, Direction silent, bool losesBytes)
    {
        var name = kind.ToString();
        if (name.EndsWith("Latency", StringComparison.Ordinal))
            return ProxyMode.Late(latency);
        if (name.EndsWith("Cut", StringComparison.Ordinal))
            return ProxyMode.Cut;
        return name.EndsWith("Silent", StringComparison.Ordinal)
            ? ProxyMode.Silent(silent, losesBytes)
            : ProxyMode.Reset(ShortestLife, LongestLife);
    }

    private static LinkFault New(string client, string server, FaultProxy proxy, ProxyMode mode) =>
        new(What(client, server, mode), mode, [(proxy, mode)]);

    private static string What(string client, string server, ProxyMode mode)
    {
        var (from, to) = mode.SilentDirection == Direction.ToServer ? (client, server) : (server, client);
        return mode.Effect switch
        {
            ProxyEffect.Late => $"bytes between {client} and {server} arrive {mode.Latency.TotalMilliseconds:0} ms late",
            ProxyEffect.Cut => $"connections of {client} to {server} cut, new ones refused",
            ProxyEffect.Silent when mode.LosesBytes => $"bytes from {from} to {to} vanish",
            ProxyEffect.Silent => $"bytes from {from} to {to} do not arrive",
            _ => $"connections of {client} to {server} reset in mid-frame, again and again",
        };
    }
}
