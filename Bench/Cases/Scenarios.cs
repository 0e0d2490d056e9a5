namespace Votes.Bench.Cases;

/// <summary>The scenarios that can be asked for, and the cases that each is made of.</summary>
public static class Scenarios
{
    /// <summary>All scenarios together.</summary>
    public const string All = "all";

    /// <summary>The case that the others are compared with.</summary>
    public static readonly BenchCase Ours = new() { Name = "ours", Contestant = Contestant.Ours };

    /// <summary>The plain process.</summary>
    public static readonly BenchCase Floor = new() { Name = "floor", Contestant = Contestant.Floor };

    private static readonly BenchCase Python = new()
    {
        Name = "python",
        Contestant = Contestant.Python,
        Share = 0.125,
    };

    private static readonly BenchCase PerVote = new()
    {
        Name = "per-vote",
        Contestant = Contestant.PerVote,
        Share = 0.0125,
    };

    // More laws than votes: nearly every vote is the first one on its law, in the warm-up as well.
    private static readonly BenchCase Cold = Ours with
    {
        Name = "cold-2000",
        Laws = 400_000,
        Described = false,
        OnBusyCore = true,
        CallsInFlight = 2_000,
        Share = 0.1,
    };

    private static readonly Dictionary<string, BenchCase[]> ByName = new(StringComparer.Ordinal)
    {
        ["core"] = [Ours, Floor, Python, PerVote],
        ["limits"] =
        [
            new() { Name = "ack-only", Contestant = Contestant.AckOnly },
            new() { Name = "insert-only", Contestant = Contestant.InsertOnly },
        ],
        ["zipf"] = [Ours, Ours with { Name = "zipf", Laws = 1_000, Skew = 1.1 }],
        ["hot"] = [Ours, Ours with { Name = "hot", Laws = 1 }],
        ["laws-10000"] = [Ours, Ours with { Name = "laws-10000", Laws = 10_000 }],
        ["laws-100000"] = [Ours, Ours with { Name = "laws-100000", Laws = 100_000 }],
        ["duplicates"] = [Ours, Ours with { Name = "duplicates", Duplicates = 0.2 }],
        ["rows"] = [Ours, Ours with { Name = "rows", MillionRowsBefore = 20 }],
        ["silos"] = [Ours, Ours with { Name = "silos-2", Silos = 2 }, Ours with { Name = "silos-3", Silos = 3 }],
        ["ingests"] = [Ours, Ours with { Name = "ingests-2", Ingests = 2 }],
        ["overload"] =
        [
            Cold,
            Cold with { Name = "cold-8000", CallsInFlight = 8_000 },
            Cold with { Name = "cold-30000", CallsInFlight = 30_000 },
        ],
        ["metrics"] = [Ours, Ours with { Name = "unwatched", Scraped = false, Dashboard = false }],
        ["queried"] =
        [
            Ours with { Name = "queried", Questions = Questions.Grains },
            Ours with { Name = "queried-http", Questions = Questions.Http },
        ],
        ["paced"] = [Ours, Ours with { Name = "paced", Kind = CaseKind.Paced, Questions = Questions.Grains }],
        ["streams"] = [Ours with { Name = "streams", Kind = CaseKind.Streams, Laws = 1 }],
        ["memory"] = [Ours with { Name = "idle-laws", Kind = CaseKind.IdleLaws }],
    };

    /// <summary>The names of the scenarios.</summary>
    public static IReadOnlyList<string> Names => [All, .. ByName.Keys];

    /// <summary>
    /// The cases of some scenarios, each once, in the order in which a round measures them.
    /// </summary>
    /// <exception cref="BenchException">A name is none of the scenarios.</exception>
    public static IReadOnlyList<BenchCase> Of(IReadOnlyCollection<string> names)
    {
        var unknown = names.FirstOrDefault(name => name != All && !ByName.ContainsKey(name));
        if (unknown is not null)
            throw new BenchException($"scenario is {unknown}; it must be one of {string.Join(", ", Names)}");
        return [.. ByName.Where(scenario => names.Contains(All) || names.Contains(scenario.Key))
            .SelectMany(scenario => scenario.Value).DistinctBy(one => one.Name)];
    }

    /// <summary>The name by which a contestant is asked for.</summary>
    public static string NameOf(Contestant contestant) => contestant switch
    {
        Contestant.Ours => "ours",
        Contestant.Floor => "floor",
        Contestant.Python => "python",
        Contestant.PerVote => "per-vote",
        Contestant.AckOnly => "ack-only",
        Contestant.InsertOnly => "insert-only",
        _ => throw new ArgumentOutOfRangeException(nameof(contestant)),
    };

    /// <summary>The contestant of a name.</summary>
    /// <exception cref="BenchException">There is none.</exception>
    public static Contestant ContestantOf(string name) =>
        Enum.GetValues<Contestant>().Cast<Contestant?>().FirstOrDefault(one => NameOf(one!.Value) == name)
        ?? throw new BenchException($"contestant is {name}; it must be one of " +
            string.Join(", ", Enum.GetValues<Contestant>().Select(NameOf)));
}
