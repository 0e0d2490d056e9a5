using Votes.Grains.Counting;

namespace Votes.Grains.Flush;

/// <summary>What a flush did with the votes of one grain call.</summary>
/// <param name="Outcomes">The outcome of each vote, in their order.</param>
/// <param name="Totals">The totals of the votes' law that the flush moved.</param>
/// <param name="At">The time that the database notes for those totals; null where it is not known.</param>
public sealed record PendingOutcome(
    VoteOutcome[] Outcomes, IReadOnlyList<MovedTotal> Totals, DateTimeOffset? At = null);
