namespace Votes.Silo.Operators;

/// <summary>The broker as operators see it.</summary>
/// <param name="Configured">Whether this silo knows a broker.</param>
/// <param name="Problem">Why there are no figures; null where there are.</param>
/// <param name="Votes">The queue that votes are counted from.</param>
/// <param name="DeadLetters">The queue of the dead letters.</param>
public sealed record QueuesView(bool Configured, string? Problem, QueueView? Votes, QueueView? DeadLetters);
