namespace Votes.Silo.Operators;

/// <summary>A queue of the broker.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Ready">Messages that wait; those that a consumer has in hand are not among them.</param>
/// <param name="Consumers">How many take from it.</param>
public sealed record QueueView(string Queue, long Ready, long Consumers);
