namespace Votes.Grains.Reports;

/// <summary>Votes that a silo settled a second, lately, by outcome.</summary>
[GenerateSerializer]
[Immutable]
public sealed record OutcomeRates(
    [property: Id(0)] double Counted,
    [property: Id(1)] double Redelivered,
    [property: Id(2)] double Duplicate,
    [property: Id(3)] double Rejected);
