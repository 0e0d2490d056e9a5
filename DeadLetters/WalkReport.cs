namespace Votes.DeadLetters;

/// <summary>What a walk through the dead letters did.</summary>
/// <param name="Ready">How many letters were ready when it began.</param>
/// <param name="LookedAt">How many of them it looked at, and returned, replayed or discarded for certain.</param>
/// <param name="Replayed">How many messages the main queue has for certain.</param>
/// <param name="Discarded">How many letters are on record as discarded and gone for certain.</param>
/// <param name="Stopped">Whether it was asked to stop before its end.</param>
public sealed record WalkReport(long Ready, long LookedAt, long Replayed, long Discarded, bool Stopped);
