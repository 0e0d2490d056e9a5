namespace Votes.Telemetry.Statistics;

/// <summary>What a process did in a minute: a row's figures in <c>aggregation_stats</c>.</summary>
/// <param name="Received">Messages taken from the queue.</param>
/// <param name="Counted">Votes whose sender learned that they are counted.</param>
/// <param name="Duplicates">Votes of voters who had voted.</param>
/// <param name="Redelivered">Votes that were on record already.</param>
/// <param name="Rejected">Messages that the dead-letter queue has.</param>
/// <param name="Batches">Transactions that wrote votes.</param>
/// <param name="FlushP50Ms">The median of these transactions' times in milliseconds; null: there was none.</param>
/// <param name="FlushP99Ms">Their 99th percentile; null: there was none.</param>
public readonly record struct MinuteFigures(
    long Received = 0,
    long Counted = 0,
    long Duplicates = 0,
    long Redelivered = 0,
    long Rejected = 0,
    long Batches = 0,
    double? FlushP50Ms = null,
    double? FlushP99Ms = null)
{
    /// <summary>Both together; of the times the worse, since two percentiles do not add up to one.</summary>
    public MinuteFigures And(in MinuteFigures other) => new(
        Received + other.Received,
        Counted + other.Counted,
        Duplicates + other.Duplicates,
        Redelivered + other.Redelivered,
        Rejected + other.Rejected,
        Batches + other.Batches,
        Worse(FlushP50Ms, other.FlushP50Ms),
        Worse(FlushP99Ms, other.FlushP99Ms));

    private static double? Worse(double? one, double? other) => one is null || other > one ? other : one;
}
