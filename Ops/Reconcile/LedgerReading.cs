namespace Votes.Ops.Reconcile;

/// <summary>What one recount found.</summary>
/// <param name="Laws">Laws that have votes or totals.</param>
/// <param name="Total">Sum of all totals.</param>
/// <param name="AuditRows">Number of all counted votes.</param>
/// <param name="Differences">The totals that are wrong, by law and choice.</param>
/// <param name="Statistics">What the statistics say, where all laws were recounted.</param>
public sealed record LedgerReading(
    long Laws,
    long Total,
    long AuditRows,
    IReadOnlyList<LedgerRow> Differences,
    StatisticsReading? Statistics = null);
