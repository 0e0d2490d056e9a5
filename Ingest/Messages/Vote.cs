using Votes.Grains.Interfaces;

namespace Votes.Ingest.Messages;

/// <summary>One vote as a message carried it, without the voter's id.</summary>
/// <param name="LawId">The law: 1 to 128 characters, no control characters.</param>
/// <param name="Cast">The vote as it travels to the law's grain.</param>
public readonly record struct Vote(string LawId, CastVote Cast);
