using Votes.LoadTest;

namespace Votes.Bench.Cases;

/// <summary>One thing that is measured, again in each round: a contestant and the work it gets.</summary>
public sealed record BenchCase
{
    // The same votes for every contestant and every round; each run has a database of its own.
    private static readonly RunId Counted = new(0xbe7c4);
    private static readonly RunId Before = new(0xbe7c3);

    /// <summary>Names the case in results and ratios.</summary>
    public required string Name { get; init; }

    /// <summary>Who does the work.</summary>
    public required Contestant Contestant { get; init; }

    /// <summary>What is measured.</summary>
    public CaseKind Kind { get; init; } = CaseKind.Drain;

    /// <summary>Number of laws voted on.</summary>
    public int Laws { get; init; } = 100;

    /// <summary>Zipf's exponent over the laws.</summary>
    public double Skew { get; init; }

    /// <summary>Share of second votes.</summary>
    public double Duplicates { get; init; }

    /// <summary>Rows that the audit holds already, in millions.</summary>
    public int MillionRowsBefore { get; init; }

    /// <summary>Number of silos.</summary>
    public int Silos { get; init; } = 1;

    /// <summary>Number of Ingests.</summary>
    public int Ingests { get; init; } = 1;

    /// <summary>Whether the metrics pages are read each 5 s, as a Prometheus server would.</summary>
    public bool Scraped { get; init; } = true;

    /// <summary>Whether the silos have the Orleans dashboard, as they do by default.</summary>
    public bool Dashboard { get; init; } = true;

    /// <summary>Whether the laws are described before the run; otherwise their first votes register them.</summary>
    public bool Described { get; init; } = true;

    /// <summary>How many calls to grains an Ingest may have in flight; null for the default.</summary>
    public int? CallsInFlight { get; init; }

    /// <summary>Whether servers and contestant share one core, with other processes that keep it busy.</summary>
    public bool OnBusyCore { get; init; }

    /// <summary>Who is asked for totals all the while.</summary>
    public Questions Questions { get; init; }

    /// <summary>The share of the full number of votes that this case gets: slow contestants get fewer.</summary>
    public double Share { get; init; } = 1;

    /// <summary>The votes that are measured, of a full number.</summary>
    public long Votes(long full) => Math.Max(1, (long)Math.Round(full * Share));

    /// <summary>The plan of the votes: the warm-up and the measured ones together.</summary>
    public LoadPlan Plan(long votes) => Base(votes) with { RunId = Counted };

    /// <summary>The plan of votes that come before the measured ones, and that no figure has in it.</summary>
    public LoadPlan WarmUpPlan(long votes) => Base(votes) with { RunId = Before };

    private LoadPlan Base(long votes) => new()
    {
        Votes = votes,
        Laws = Laws,
        Skew = Skew,
        Duplicates = Duplicates,
        Redeliveries = 0,
        Malformed = 0,
        Seed = 1,
    };
}
