using Votes.Bench.Measuring;

namespace Votes.Bench.Results;

/// <summary>What one run showed. Figures that a case does not measure are null.</summary>
public sealed record RunResult
{
    /// <summary>The case's name.</summary>
    public required string Case { get; init; }

    /// <summary>Who did the work.</summary>
    public required string Contestant { get; init; }

    /// <summary>Which round, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Messages in the queue at the start, the warm-up among them.</summary>
    public long Messages { get; init; }

    /// <summary>Votes over which the figures are.</summary>
    public long MeasuredVotes { get; init; }

    /// <summary>Seconds in which those became durable.</summary>
    public double? Seconds { get; init; }

    /// <summary>Votes settled in a second, from the end of the warm-up to the last commit.</summary>
    public double? VotesPerSecond { get; init; }

    /// <summary>CPU microseconds a vote.</summary>
    public CpuPerVote? CpuMicroseconds { get; init; }

    /// <summary>Transactions that the database committed in a second, meanwhile.</summary>
    public double? TransactionsPerSecond { get; init; }

    /// <summary>The most memory of each own process, in MiB, by its name such as silo-1.</summary>
    public IReadOnlyDictionary<string, double> PeakMegabytes { get; init; } = new Dictionary<string, double>();

    /// <summary>Time from cast to durable, in a paced run.</summary>
    public Percentiles? CastToDurable { get; init; }

    /// <summary>How long GetTally took, where totals were asked for.</summary>
    public Percentiles? GetTally { get; init; }

    /// <summary>How long the HTTP API took for a law's totals, where it was asked.</summary>
    public Percentiles? HttpTally { get; init; }

    /// <summary>What a law's watchers took.</summary>
    public StreamsCost? Streams { get; init; }

    /// <summary>Bytes that a law takes which is active and has nothing to do.</summary>
    public double? IdleLawBytes { get; init; }

    /// <summary>Messages that the harness published in a second; no figure of the contestant.</summary>
    public double? PublishedPerSecond { get; init; }

    /// <summary>Whether the database held exactly what was published; null where nothing was.</summary>
    public bool? Exact { get; init; }

    /// <summary>The first differences where it did not, or why the run failed.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Whether the run's figures may be used.</summary>
    public bool Usable => Problems.Count == 0 && Exact is not false;
}
