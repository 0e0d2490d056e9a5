namespace Votes.Grains.Board;

/// <summary>A law on the board.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Total">All its durable votes.</param>
/// <param name="VotesPerSecond">Votes counted a second, over the last ten seconds.</param>
[GenerateSerializer, Immutable]
[Alias("Votes.BoardLaw")]
public readonly record struct BoardLaw(
    [property: Id(0)] string LawId, [property: Id(1)] long Total, [property: Id(2)] double VotesPerSecond);
