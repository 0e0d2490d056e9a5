namespace Votes.Grains.Board;

/// <summary>
/// What a silo's flushes have done since its last event. Figures are totals, not differences: an event that is lost does no
/// harm, for the next one says it all.
/// </summary>
/// <param name="Silo">The silo; another one after a restart.</param>
/// <param name="Counted">Votes that the silo has counted since it started.</param>
/// <param name="CountedLately">Those of them since its last event.</param>
/// <param name="Pending">Votes that wait for their commit.</param>
/// <param name="Lag">The longest that a vote took from its arrival to its commit, of those since the last event.</param>
/// <param name="Laws">The laws with the most votes since the last event.</param>
[GenerateSerializer, Immutable]
[Alias("Votes.TalliesMoved")]
public sealed record TalliesMoved(
    [property: Id(0)] string Silo,
    [property: Id(1)] long Counted,
    [property: Id(2)] long CountedLately,
    [property: Id(3)] long Pending,
    [property: Id(4)] TimeSpan Lag,
    [property: Id(5)] MovedLaw[] Laws);
