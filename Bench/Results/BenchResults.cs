namespace Votes.Bench.Results;

/// <summary>What a bench showed, as the results file holds it.</summary>
public sealed record BenchResults
{
    /// <summary>The form of the file; another number is another form.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The ratios of the table, by name: medians over the rounds of one case's figure by another's.</summary>
    public IReadOnlyDictionary<string, double> Ratios { get; init; } = new Dictionary<string, double>();

    /// <summary>The other figures of the table, by name; medians.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();

    /// <summary>The unit of each of <see cref="Figures"/>.</summary>
    public IReadOnlyDictionary<string, string> Units { get; init; } = new Dictionary<string, string>();

    /// <summary>All runs, in the order in which they were made.</summary>
    public IReadOnlyList<RunResult> Runs { get; init; } = [];

    /// <summary>Whether all rounds were made: an interrupted bench keeps what it had.</summary>
    public bool Complete { get; init; }

    /// <summary>When the bench began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>How many votes a full run measures.</summary>
    public long Votes { get; init; }

    /// <summary>How many votes of a full run are warm-up, before those.</summary>
    public long WarmUpVotes { get; init; }

    /// <summary>The machine.</summary>
    public MachineFacts? Machine { get; init; }

    /// <summary>What runs on it, by name.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>These results with one more run, and all figures computed anew.</summary>
    public BenchResults With(RunResult run)
    {
        RunResult[] runs = [.. Runs, run];
        var shown = Targets.All.Select(target => (Target: target, Figure: target.Figure(runs)))
            .Where(static row => row.Figure is not null).ToList();
        return this with
        {
            Runs = runs,
            Ratios = shown.Where(static row => row.Target.IsRatio)
                .ToDictionary(static row => row.Target.Name, static row => row.Figure!.Value),
            Figures = shown.Where(static row => !row.Target.IsRatio)
                .ToDictionary(static row => row.Target.Name, static row => row.Figure!.Value),
            Units = shown.Where(static row => !row.Target.IsRatio)
                .ToDictionary(static row => row.Target.Name, static row => row.Target.Unit),
        };
    }
}
