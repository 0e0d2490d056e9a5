namespace Votes.Silo.Reconcile;

/// <summary>What one check found, beside what was known before it.</summary>
/// <param name="AuditRows">Counted votes that it recounted.</param>
/// <param name="Wrong">All totals that were found wrong.</param>
/// <param name="News">Those of them that are new, or differ by another number than before.</param>
/// <param name="RightAgain">Laws that differed and do no more.</param>
/// <param name="Skipped">Laws that took too long to recount, each by itself: what is known of them stands.</param>
public sealed record CheckResult(
    long AuditRows,
    IReadOnlyList<WrongTotal> Wrong,
    IReadOnlyList<WrongTotal> News,
    IReadOnlyList<string> RightAgain,
    IReadOnlyList<string> Skipped)
{
    /// <summary>Compares what is wrong now with what was before, of the laws that were looked at.</summary>
    public static CheckResult Compare(
        long auditRows,
        IReadOnlyCollection<WrongTotal> before,
        IReadOnlyList<WrongTotal> now,
        IReadOnlyList<string> skipped)
    {
        var differenceBefore = before.ToDictionary(static row => (row.LawId, row.Choice), static row => row.Difference);
        var lawsNow = now.Select(static row => row.LawId).ToHashSet(StringComparer.Ordinal);
        return new(
            auditRows,
            now,
            [.. now.Where(row =>
                !differenceBefore.TryGetValue((row.LawId, row.Choice), out var known) || known != row.Difference)],
            [.. before.Select(static row => row.LawId).Where(law => !lawsNow.Contains(law)).Distinct(StringComparer.Ordinal)],
            skipped);
    }
}
