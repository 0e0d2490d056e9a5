namespace Votes.LoadTest.Chaos.Schedule;

/// <summary>All kinds of faults, with their names, their lengths and the bounds on recovery.</summary>
public static class FaultCatalog
{
    private const string Silo = "silo";
    private const string Ingest = "ingest";
    private const string Postgres = "postgres";
    private const string RabbitMq = "rabbitmq";
    private const string SiloPostgres = "silo-pg";
    private const int SiloBound = 15;
    private const int OtherBound = 10;

    /// <summary>Every kind, in the order in which they are listed.</summary>
    public static readonly IReadOnlyList<FaultTraits> All =
    [
        Of(FaultKind.SiloKill, "silo-kill", Silo, 18, 25, SiloBound),
        Of(FaultKind.SiloPause, "silo-pause", Silo, 20, 60, SiloBound),
        Of(FaultKind.SiloStop, "silo-stop", Silo, 16, 20, SiloBound),
        Of(FaultKind.SiloRollingRestart, "silo-rolling", Silo, 1, 2, SiloBound, inPairs: false),
        Of(FaultKind.SiloJoin, "silo-join", Silo, 10, 15, SiloBound, inPairs: false),
        Of(FaultKind.ColdLaws, "cold-laws", Silo, 20, 30, SiloBound, inPairs: false),
        Of(FaultKind.IngestKill, "ingest-kill", Ingest, 10, 20, OtherBound),
        Of(FaultKind.IngestPause, "ingest-pause", Ingest, 20, 60, OtherBound),
        Of(FaultKind.IngestStop, "ingest-stop", Ingest, 10, 15, OtherBound),
        Of(FaultKind.PostgresKill, "pg-kill", Postgres, 5, 15, OtherBound),
        Of(FaultKind.PostgresPause, "pg-pause", Postgres, 10, 25, OtherBound),
        Of(FaultKind.PostgresTerminate, "pg-terminate", Postgres, 5, 10, OtherBound),
        Of(FaultKind.PostgresLock, "pg-lock", Postgres, 20, 20, OtherBound),
        Of(FaultKind.PostgresDiskFull, "pg-disk-full", Postgres, 5, 15, OtherBound),
        // On the links of the silos to the database, which those of "silo-pg" break too.
        Of(FaultKind.PostgresCommitCut, "pg-commit-cut", SiloPostgres, 5, 10, OtherBound),
        Of(FaultKind.PostgresStatementTimeout, "pg-statement-timeout", Postgres, 5, 10, OtherBound),
        Of(FaultKind.RabbitKill, "rabbit-kill", RabbitMq, 2, 10, OtherBound),
        Of(FaultKind.RabbitClose, "rabbit-close", RabbitMq, 5, 10, OtherBound),
        Of(FaultKind.RabbitMemoryAlarm, "rabbit-memory-alarm", RabbitMq, 5, 15, OtherBound),
        Of(FaultKind.RabbitQueueDelete, "rabbit-queue-delete", RabbitMq, 1, 2, OtherBound, inPairs: false),
        Of(FaultKind.RabbitConsumerTimeout, "rabbit-consumer-timeout", RabbitMq, 10, 15, OtherBound,
            inPairs: false),
        // Alone, for it takes its dead letters out again, and other faults may leave copies of them behind.
        Of(FaultKind.RabbitNestedHeaders, "rabbit-nested-headers", RabbitMq, 3, 6, OtherBound, inPairs: false),
        .. Link("ingest-rabbit", FaultKind.IngestRabbitLatency, OtherBound),
        .. Link("ingest-silo", FaultKind.IngestSiloLatency, OtherBound),
        .. Link("silo-silo", FaultKind.SiloSiloLatency, SiloBound),
        .. Link(SiloPostgres, FaultKind.SiloPostgresLatency, OtherBound),
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
        Of(first, name + "-latency", name, 8, 15, bound),
        Of(first + 1, name + "-cut", name, 8, 15, bound),
        Of(first + 2, name + "-silent", name, 10, 20, bound),
        Of(first + 3, name + "-reset", name, 5, 10, bound),
    ];

    private static FaultTraits Of(
        FaultKind kind, string name, string group, int shortest, int longest, int bound, bool inPairs = true) =>
        new(kind, name, group, TimeSpan.FromSeconds(shortest), TimeSpan.FromSeconds(longest),
            TimeSpan.FromSeconds(bound), inPairs);
}
