namespace Votes.Grains.Laws;

/// <summary>Laws whose description changed.</summary>
/// <param name="Laws">The laws as they are now.</param>
/// <param name="AsOf">The database's time at which they were read.</param>
public sealed record ChangedLaws(IReadOnlyList<Law> Laws, DateTimeOffset AsOf);
