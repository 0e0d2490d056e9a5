using Votes.Grains.Counting;

namespace Votes.Grains.Flush;

/// <summary>What a committed flush did.</summary>
/// <param name="Outcomes">The outcome of each row, in the rows' order.</param>
/// <param name="Totals">Each total that moved, as it is now, and by how much it moved.</param>
/// <param name="At">The time that the database notes for it; null where it is not known.</param>
public sealed record FlushResult(VoteOutcome[] Outcomes, IReadOnlyList<MovedTotal> Totals, DateTimeOffset? At = null);
