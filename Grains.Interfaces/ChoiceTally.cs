namespace Votes.Grains.Interfaces;

/// <summary>The votes for one choice of a law.</summary>
/// <param name="Choice">The choice.</param>
/// <param name="Durable">Counted votes, committed to the database.</param>
/// <param name="Pending">
/// Votes accepted and on their way to the database. How many of them count is known at the commit: some may be
/// redelivered or duplicates.
/// </param>
[GenerateSerializer, Immutable]
[Alias("Votes.ChoiceTally")]
public readonly record struct ChoiceTally(
    [property: Id(0)] string Choice,
    [property: Id(1)] long Durable,
    [property: Id(2)] long Pending);
