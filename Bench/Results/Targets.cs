namespace Votes.Bench.Results;

/// <summary>The figures to reach, in the order of the table.</summary>
public static class Targets
{
    private const double FlushIntervalSeconds = 1;
    private const double BytesOfKilobyte = 1024;

    /// <summary>All rows.</summary>
    public static readonly IReadOnlyList<Target> All =
    [
        Rate("ours/floor", "ours", "floor", 0.85, 1.1),
        Rate("ours/python", "ours", "python", 3.5, 5),
        Rate("ours/per-vote", "ours", "per-vote", 20, null),
        Own("own CPU per vote, ours/floor", "ours", "floor", 1.5, 1),
        Rate("one hot law/100 laws", "hot", "ours", 0.9, 1),
        Rate("10,000 laws/100 laws", "laws-10000", "ours", 0.6, 0.8),
        Rate("100,000 laws/100 laws", "laws-100000", "ours", 0.3, 0.5),
        Rate("cold laws on a busy core, 8,000/2,000 calls in flight", "cold-8000", "cold-2000", 0.5, 0.8),
        Rate("cold laws on a busy core, 30,000/2,000 calls in flight", "cold-30000", "cold-2000", 0.5, 0.8),
        Rate("20 M rows already there/empty", "rows", "ours", 0.85, 0.95),
        Own("CPU per vote, 3 silos/1 silo", "silos-3", "ours", 1.25, 1.1) with
        {
            Figure = runs => Median.Ratio(runs, "silos-3", "ours", AllCpu),
        },
        Figure("transactions at 10,000 laws", "/s", "laws-10000", run => run.TransactionsPerSecond, 20, null),
        Figure(
            "paced, cast to durable p99", "s", "paced", run => run.CastToDurable?.P99 / 1000,
            FlushIntervalSeconds + 0.3, null),
        Figure("GetTally p99 in a full drain", "ms", "queried", run => run.GetTally?.P99, 20, 5),
        Figure("/tally p99 in a full drain", "ms", "queried-http", run => run.HttpTally?.P99, 20, 5),
        Figure("CPU of 1,000 live streams", "% of a core", "streams", run => run.Streams?.CpuPercentAdded, 5, null),
        Figure("memory, Ingest", "MB", "ours", run => Peak(run, "ingest-"), 300, null),
        Figure("memory, silo with 10,000 laws", "MB", "laws-10000", run => Peak(run, "silo-"), 500, null),
        Figure("memory, idle law", "KB", "idle-laws", run => run.IdleLawBytes / BytesOfKilobyte, 2, null),
        Rate("metrics and dashboard on/off", "ours", "unwatched", 0.95, null),
    ];

    private static Target Rate(string name, string over, string under, double reach, double? aim) => new()
    {
        Name = name,
        Figure = runs => Median.Ratio(runs, over, under, run => run.VotesPerSecond),
        Reach = reach,
        Aim = aim,
    };

    private static Target Own(string name, string over, string under, double reach, double? aim) => new()
    {
        Name = name,
        Figure = runs => Median.Ratio(runs, over, under, run => run.CpuMicroseconds?.Own),
        Reach = reach,
        Aim = aim,
        AtMost = true,
    };

    private static Target Figure(
        string name, string unit, string of, Func<RunResult, double?> figure, double reach, double? aim) => new()
        {
            Name = name,
            Unit = unit,
            Figure = runs => Median.Of(runs, of, figure),
            Reach = reach,
            Aim = aim,
            AtMost = true,
        };

    private static double? AllCpu(RunResult run) =>
        run.CpuMicroseconds is { } cpu ? cpu.Broker + cpu.Database + cpu.Own : null;

    private static double? Peak(RunResult run, string prefix)
    {
        var peaks = run.PeakMegabytes.Where(peak => peak.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        return peaks.Count == 0 ? null : peaks.Max(static peak => peak.Value);
    }
}
