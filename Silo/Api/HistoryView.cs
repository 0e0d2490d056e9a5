namespace Votes.Silo.Api;

/// <summary>A law's totals over time.</summary>
/// <param name="LawId">The law.</param>
/// <param name="From">The begin of the first step.</param>
/// <param name="To">The end of the range.</param>
/// <param name="StepSeconds">The time between two points.</param>
/// <param name="Choices">The choices that hold votes, in the order of each point's totals.</param>
/// <param name="Before">The totals at the begin, one per choice.</param>
/// <param name="Points">The points, in the order of time.</param>
public sealed record HistoryView(
    string LawId,
    DateTimeOffset From,
    DateTimeOffset To,
    long StepSeconds,
    IReadOnlyList<string> Choices,
    IReadOnlyList<long> Before,
    IReadOnlyList<HistoryPoint> Points);
