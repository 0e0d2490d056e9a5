namespace Votes.Silo.Api;

/// <summary>The end of a step.</summary>
/// <param name="At">When it was.</param>
/// <param name="Votes">Votes that were counted in this step.</param>
/// <param name="Totals">The totals at its end, one per choice.</param>
public sealed record HistoryPoint(DateTimeOffset At, long Votes, IReadOnlyList<long> Totals);
