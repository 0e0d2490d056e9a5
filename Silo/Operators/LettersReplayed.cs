namespace Votes.Silo.Operators;

/// <summary>What a replay did.</summary>
/// <param name="LookedAt">Letters that it looked at.</param>
/// <param name="Replayed">Those of them that the main queue has for certain.</param>
/// <param name="Stopped">Whether it ran out of time before its end: run it again for the rest.</param>
public sealed record LettersReplayed(long LookedAt, long Replayed, bool Stopped);
