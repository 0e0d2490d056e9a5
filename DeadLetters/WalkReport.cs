namespace Votes.DeadLetters;

/// <summary>What a walk through the dead letters did.</summary>
/// <param name="Ready">How many letters were ready when it began.</param>
/// <param name="LookedAt">How many of them it looked at, and returned or replayed for certain.</param>
/// <param name="Replayed">How many messages the main queue has for certain.</param>
/// <param name="Stopped">Whether it was asked to stop before its end.</param>
public sealed record WalkReport(long Ready, long LookedAt, long Replayed, bool Stopped);
