namespace Votes.Grains.Interfaces;

/// <summary>One vote on a law, as it travels to the law's grain.</summary>
/// <param name="VoteId">Identity of this cast vote; a redelivery carries the same one.</param>
/// <param name="Voter">
/// The voter's key: the first 128 bits of HMAC-SHA-256(secret, voter_id), never the voter id itself.
/// </param>
/// <param name="Choice">1 to 64 characters.</param>
/// <param name="CastAtMicroseconds">When the vote was cast, in microseconds since 1970-01-01T00:00:00Z.</param>
public readonly record struct CastVote(Guid VoteId, Guid Voter, string Choice, long CastAtMicroseconds);
