namespace Votes.LoadTest.Chaos.Reporting;

/// <summary>One episode of a drill.</summary>
/// <param name="Number">Its place in the schedule.</param>
/// <param name="AtSeconds">When it began, on the drill's clock.</param>
/// <param name="Faults">Its faults.</param>
/// <param name="ByItselfSeconds">
/// How long after the fault's start the votes flowed again while it still lasted; null where that is not asked for, or
/// did not happen.
/// </param>
/// <param name="AfterHealSeconds">How long after the healing the votes flowed again; null if they did not.</param>
/// <param name="BoundSeconds">The bound on either.</param>
/// <param name="InTime">Whether the bounds were kept.</param>
public sealed record EpisodeReport(
    int Number, double AtSeconds, IReadOnlyList<FaultReport> Faults, double? ByItselfSeconds, double? AfterHealSeconds,
    double BoundSeconds, bool InTime)
{
    /// <summary>The names of its faults.</summary>
    public string Name => string.Join(" + ", Faults.Select(fault => fault.Name));

    /// <summary>
    /// Whether it shows nothing, since its fault met nothing to break. Of a pair, one may leave the other nothing.
    /// </summary>
    public bool Missed => Faults is [{ Bit: false }];
}
