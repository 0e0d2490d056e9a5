namespace Votes.LocalCluster.Commands;

/// <summary>One law's totals beside its audit rows.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Total">Sum of its totals in <c>vote_results</c>.</param>
/// <param name="Audited">Number of its rows in <c>vote_audit</c>.</param>
/// <param name="Differences">Number of its choices whose total is not their number of audit rows.</param>
public sealed record LawCheck(string LawId, long Total, long Audited, long Differences);
