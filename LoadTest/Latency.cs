namespace Votes.LoadTest;

/// <summary>
/// Time from <c>cast_at</c> to durable, over the run's counted votes. Percentiles are values that occurred.
/// </summary>
/// <param name="P50">Half of the votes took no longer.</param>
/// <param name="P95">95 of 100 votes took no longer.</param>
/// <param name="P99">99 of 100 votes took no longer.</param>
/// <param name="Source">
/// What "durable" was read from: the commit's own time stamp where the server keeps them, else <c>counted_at</c>, which
/// is the start of the transaction and so leaves the transaction's own duration out.
/// </param>
public sealed record Latency(TimeSpan P50, TimeSpan P95, TimeSpan P99, string Source);
