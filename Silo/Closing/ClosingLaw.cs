namespace Votes.Silo.Closing;

/// <summary>A law that an operator wants closed once its votes are counted, and whose voting has ended.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Since">When the closing was asked for: a later one is another one.</param>
public sealed record ClosingLaw(string LawId, DateTimeOffset Since);
