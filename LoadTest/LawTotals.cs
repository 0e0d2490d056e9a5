namespace Votes.LoadTest;

/// <summary>One law's totals of one run.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Expected">Voters of this run who voted on the law.</param>
/// <param name="Counted">Votes of this run counted on it.</param>
/// <param name="ByChoice">The counted votes by choice.</param>
/// <param name="Total">The law's total of all choices in <c>vote_results</c>, other runs included.</param>
public sealed record LawTotals(
    string LawId, long Expected, long Counted, IReadOnlyDictionary<string, long> ByChoice, long Total);
