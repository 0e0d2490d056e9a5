namespace Votes.LoadTest.Verifying;

/// <summary>A run's figures that the database computes.</summary>
/// <param name="VoterKeys">Distinct voter keys among the counted votes.</param>
/// <param name="CountedFor">Time from the first to the last counted_at.</param>
/// <param name="Latency">Cast to durable; null where nothing is counted.</param>
/// <param name="Totals">The totals of the run's laws, other runs included.</param>
internal sealed record RunFigures(
    long VoterKeys, TimeSpan CountedFor, Latency? Latency, IReadOnlyDictionary<string, long> Totals);
