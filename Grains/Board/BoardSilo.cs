namespace Votes.Grains.Board;

/// <summary>A silo as it told of itself within the last ten seconds.</summary>
/// <param name="Silo">Its address, with the number of its run.</param>
/// <param name="VotesPerSecond">Votes counted a second, over the last ten seconds.</param>
/// <param name="Pending">Votes that wait for their commit.</param>
/// <param name="Lag">The longest that a vote took from its arrival to its commit, of those of its last event.</param>
[GenerateSerializer, Immutable]
[Alias("Votes.BoardSilo")]
public readonly record struct BoardSilo(
    [property: Id(0)] string Silo,
    [property: Id(1)] double VotesPerSecond,
    [property: Id(2)] long Pending,
    [property: Id(3)] TimeSpan Lag);
