namespace Votes.LoadTest.Chaos.Schedule;

/// <summary>All kinds of faults, with their names, their lengths and the bounds on recovery.</summary>
public static class FaultCatalog
{
    private const int SiloBound = 15;
    private const int OtherBound = 10;

    /// <summary>Every kind, in the order in which they are listed.</summary>
    public static readonly IReadOnlyList<FaultTraits> All =
    [
        Of(FaultKind.SiloKill, "silo-kill", ClusterPart.Silo, 18, 25, SiloBound),
        Of(FaultKind.SiloPause, "silo-pause", ClusterPart.Silo, 20, 60, SiloBound),
        Of(FaultKind.SiloStop, "silo-stop", ClusterPart.Silo, 16, 20, SiloBound),
        Of(FaultKind.SiloRollingRestart, "silo-rolling", ClusterPart.Silo, 1, 2, SiloBound, inPairs: false),
        Of(FaultKind.SiloJoin, "silo-join", ClusterPart.Silo, 10, 15, SiloBound, inPairs: false),
        Of(FaultKind.IngestKill, "ingest-kill", ClusterPart.Ingest, 10, 20, OtherBound),
        Of(FaultKind.IngestPause, "ingest-pause", ClusterPart.Ingest, 20, 60, OtherBound),
        Of(FaultKind.IngestStop, "ingest-stop", ClusterPart.Ingest, 10, 15, OtherBound),
        Of(FaultKind.PostgresKill, "pg-kill", ClusterPart.Postgres, 5, 15, OtherBound),
        Of(FaultKind.PostgresPause, "pg-pause", ClusterPart.Postgres, 10, 25, OtherBound),
        Of(FaultKind.PostgresTerminate, "pg-terminate", ClusterPart.Postgres, 5, 10, OtherBound),
        Of(FaultKind.PostgresLock, "pg-lock", ClusterPart.Postgres, 20, 20, OtherBound),
        Of(FaultKind.PostgresDiskFull, "pg-disk-full", ClusterPart.Postgres, 5, 15, OtherBound),
        Of(FaultKind.PostgresCommitCut, "pg-commit-cut", ClusterPart.Postgres, 5, 10, OtherBound),
        Of(FaultKind.PostgresStatementTimeout, "pg-statement-timeout", ClusterPart.Postgres, 5, 10, OtherBound),
        Of(FaultKind.RabbitKill, "rabbit-kill", ClusterPart.RabbitMq, 2, 10, OtherBound),
        Of(FaultKind.RabbitClose, "rabbit-close", ClusterPart.RabbitMq, 5, 10, OtherBound),
        Of(FaultKind.RabbitMemoryAlarm, "rabbit-memory-alarm", ClusterPart.RabbitMq, 5, 15, OtherBound),
        Of(FaultKind.RabbitQueueDelete, "rabbit-queue-delete", ClusterPart.RabbitMq, 1, 2, OtherBound, inPairs: false),
        Of(FaultKind.RabbitConsumerTimeout, "rabbit-consumer-timeout", ClusterPart.RabbitMq, 10, 15, OtherBound,
            inPairs: false),
        .. Link("ingest-rabbit", FaultKind.IngestRabbitLatency, OtherBound),
        .. Link("ingest-silo", FaultKind.IngestSiloLatency, OtherBound),
        .. Link("silo-silo", FaultKind.SiloSiloLatency, SiloBound),
        .. Link("silo-pg", FaultKind.SiloPostgresLatency, OtherBound),
    ];

    private static readonly Dictionary<FaultKind, FaultTraits> ByKind = All.ToDictionary(traits => traits.Kind);

    /// <summary>What is known of a kind.</summary>
    public static FaultTraits Of(FaultKind kind) => ByKind[kind];

    /// <summary>The kinds of a list of names with commas between them.</summary>
    /// <exception cref="FormatException">A name is not known; the message lists those that are.</exception>
    public static IReadOnlyList<FaultKind> Parse(string names)
    {
        var kinds = new List<FaultKind>();
        foreach (var name in names.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var traits = All.FirstOrDefault(known => string.Equals(known.Name, name, StringComparison.Ordinal))
                ?? throw new FormatException(
                    $"There is no fault named '{name}'. Known: {string.Join(", ", All.Select(known => known.Name))}.");
            kinds.Add(traits.Kind);
        }

        return kinds;
    }

    // The four things that a network does to a link follow each other in the enumeration.
    private static IEnumerable<FaultTraits> Link(string name, FaultKind first, int bound) =>
    [
        Of(first, name + "-latency", ClusterPart.Network, 8, 15, bound),
        Of(first + 1, name + "-cut", ClusterPart.Network, 8, 15, bound),
        Of(first + 2, name + "-silent", ClusterPart.Network, 10, 20, bound),
        Of(first + 3, name + "-reset", ClusterPart.Network, 5, 10, bound),
    ];

    private static FaultTraits Of(
        FaultKind kind, string name, ClusterPart part, int shortest, int longest, int bound, bool inPairs = true) =>
        new(kind, name, part, TimeSpan.FromSeconds(shortest), TimeSpan.FromSeconds(longest),
            TimeSpan.FromSeconds(bound), inPairs);
}
