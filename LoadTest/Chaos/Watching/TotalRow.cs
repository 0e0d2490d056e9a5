namespace Votes.LoadTest.Chaos.Watching;

/// <summary>A row of <c>vote_results</c>, or the totals of one law and choice as a grain told them.</summary>
/// <param name="Total">Votes counted.</param>
/// <param name="Version">Grows with each change.</param>
internal readonly record struct TotalRow(long Total, long Version);
