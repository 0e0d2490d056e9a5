using Votes.LoadTest.Chaos.Schedule;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos;

/// <summary>What a drill does.</summary>
public sealed record ChaosOptions
{
    /// <summary>The same seed gives the same schedule and the same votes.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The kinds of faults to draw from.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; init; } = [.. FaultCatalog.All.Select(traits => traits.Kind)];

    /// <summary>How many pairs of faults follow the single ones.</summary>
    public int Pairs { get; init; } = 6;

    /// <summary>About how long faults go on; null for each kind once, and the pairs.</summary>
    public TimeSpan? Length { get; init; }

    /// <summary>Messages published a second.</summary>
    public double Rate { get; init; } = 1_500;

    /// <summary>Number of laws voted on.</summary>
    public int Laws { get; init; } = 100;

    /// <summary>Number of silos.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>Number of Ingests.</summary>
    public int Ingests { get; init; } = 2;

    /// <summary>The most memory that a silo may hold, in bytes.</summary>
    public long SiloMemoryBytes { get; init; } = 500L << 20;

    /// <summary>The most memory that an Ingest may hold, in bytes.</summary>
    public long IngestMemoryBytes { get; init; } = 300L << 20;

    /// <summary>
    /// Whether recovery has to keep its bounds; without, it only has to come at all. Tests run on machines of any speed.
    /// </summary>
    public bool Bounds { get; init; } = true;

    /// <summary>How long recovery is waited for after each fault.</summary>
    public TimeSpan RecoveryLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the end of the drill may show no movement before it is judged as it stands.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where the drill's cluster keeps everything; removed at each start.</summary>
    public string Folder { get; init; } = Path.Combine(LocalFolder.Default().Root, "chaos");

    /// <summary>The silos' program, where it is not the one of this repository.</summary>
    public string? SiloProgram { get; init; }

    /// <summary>More configuration for the silos, as environment variables.</summary>
    public IReadOnlyDictionary<string, string?> SiloVariables { get; init; } = new Dictionary<string, string?>();

    /// <summary>The longest that a fault may last, whatever the schedule draws; null for no such limit.</summary>
    public TimeSpan? LongestHold { get; init; }

    /// <summary>The schedule.</summary>
    public IReadOnlyList<Episode> Schedule => [.. ChaosSchedule.Create(Seed, Kinds, Pairs, Length).Select(Shorten)];

    /// <summary>What is wrong with these values, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Kinds.Count == 0)
            problems.Add("no kind of fault is named");
        if (Pairs is < 0 or > 1_000)
            problems.Add($"the number of pairs is {Pairs}; it must be from 0 to 1000");
        if (Length is { } length && (length < TimeSpan.FromSeconds(1) || length > TimeSpan.FromDays(1)))
            problems.Add($"the length is {length.TotalSeconds} s; it must be from 1 to 86400 seconds");
        if (!(Rate is >= 50 and <= 100_000))
            problems.Add($"the rate is {Rate}; it must be from 50 to 100000 messages a second");
        if (Laws is < 1 or > 10_000 || Laws > Rate / 5)
            problems.Add($"the number of laws is {Laws}; it must be from 1 to a fifth of the rate, and at most 10000");
        if (Silos is < 2 or > 16)
            problems.Add($"the number of silos is {Silos}; it must be from 2 to 16, or nobody takes over");
        if (Ingests is < 1 or > 16)
            problems.Add($"the number of Ingests is {Ingests}; it must be from 1 to 16");
        return problems;
    }

    private Episode Shorten(Episode episode) => LongestHold is not { } longest ? episode : episode with
    {
        Faults = [.. episode.Faults.Select(fault => fault.Hold <= longest ? fault : fault with { Hold = longest })],
    };
}
