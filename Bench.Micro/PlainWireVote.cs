namespace Votes.Bench.Micro;

/// <summary>A vote as one would send it without packing.</summary>
/// <param name="VoteId">Identity of the cast vote.</param>
/// <param name="Voter">The voter's key.</param>
/// <param name="Choice">The choice.</param>
/// <param name="CastAtMicroseconds">Microseconds since the Unix epoch.</param>
[GenerateSerializer, Immutable]
public readonly record struct PlainWireVote(
    [property: Id(0)] Guid VoteId, [property: Id(1)] Guid Voter, [property: Id(2)] string Choice,
    [property: Id(3)] long CastAtMicroseconds);
