namespace Votes.Silo.Operators.Condition;

/// <summary>Whether votes are counted at their usual pace.</summary>
/// <param name="Delayed">True while votes may wait for more than ten seconds before they are counted. None is lost by it.</param>
/// <param name="Since">Since when that has been so; no earlier than the start of the silo that answers.</param>
public sealed record CountingView(bool Delayed, DateTimeOffset Since);
