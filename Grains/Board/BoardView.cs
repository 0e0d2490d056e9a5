namespace Votes.Grains.Board;

/// <summary>The board at one moment.</summary>
/// <param name="VotesPerSecond">Votes counted a second in the whole cluster, over the last ten seconds.</param>
/// <param name="Laws">The busiest laws, the busiest first; laws that are quiet now after them, the latest first.</param>
/// <param name="Silos">The silos that counted or held votes lately.</param>
[GenerateSerializer, Immutable]
[Alias("Votes.BoardView")]
public sealed record BoardView(
    [property: Id(0)] double VotesPerSecond,
    [property: Id(1)] BoardLaw[] Laws,
    [property: Id(2)] BoardSilo[] Silos);
