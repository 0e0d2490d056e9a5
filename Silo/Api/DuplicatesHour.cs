namespace Votes.Silo.Api;

/// <summary>The duplicates of an hour.</summary>
/// <param name="Hour">Its begin.</param>
/// <param name="Attempts">Votes of voters who had voted already.</param>
/// <param name="Voters">The voters who sent them.</param>
public sealed record DuplicatesHour(DateTimeOffset Hour, long Attempts, long Voters);
