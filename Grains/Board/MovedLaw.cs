namespace Votes.Grains.Board;

/// <summary>A law whose totals a silo has seen move.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Total">All its durable votes.</param>
/// <param name="Version">The version of its totals; of two figures the one with more is newer.</param>
/// <param name="Counted">Votes counted since the silo's last event: a hint for those who hear of the law first.</param>
[GenerateSerializer, Immutable]
[Alias("Votes.MovedLaw")]
public readonly record struct MovedLaw(
    [property: Id(0)] string LawId,
    [property: Id(1)] long Total,
    [property: Id(2)] long Version,
    [property: Id(3)] long Counted);
