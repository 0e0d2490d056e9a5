namespace Votes.Grains.Reports;

/// <summary>A law that lives on a silo, and how busy it is.</summary>
/// <param name="LawId">The law.</param>
/// <param name="VotesPerSecond">Votes counted a second, lately.</param>
[GenerateSerializer]
[Immutable]
public sealed record HotLaw([property: Id(0)] string LawId, [property: Id(1)] double VotesPerSecond);
