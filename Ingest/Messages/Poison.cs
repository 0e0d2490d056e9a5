namespace Votes.Ingest.Messages;

/// <summary>Why a message is dead-lettered. Holds nothing of the message itself, so it may be logged.</summary>
/// <param name="Reason">A code of <see cref="PoisonReason"/>.</param>
/// <param name="Field">The offending field of the contract; empty where the message as a whole is at fault.</param>
/// <param name="Detail">One sentence for whoever repairs the publisher.</param>
public readonly record struct Poison(string Reason, string Field, string Detail);
