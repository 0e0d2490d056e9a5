using Votes.Grains.Counting;

namespace Votes.Grains.Flush;

/// <summary>A total that a flush moved.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Added">By how many votes.</param>
/// <param name="Total">The total after it, as the database returned it.</param>
public readonly record struct MovedTotal(string LawId, long Added, ChoiceTotal Total);
