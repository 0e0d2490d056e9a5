namespace Votes.Grains.Interfaces;

/// <summary>A vote that may not be counted.</summary>
/// <param name="Index">The vote's place in its batch, from 0.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable]
[Alias("Votes.RejectedVote")]
public readonly record struct RejectedVote([property: Id(0)] int Index, [property: Id(1)] RejectReason Reason);
