namespace Votes.Grains.Reports;

/// <summary>Something that an operator may want to know of: a warning, an error, a change of state.</summary>
/// <param name="At">When it happened last.</param>
/// <param name="Level">Information, Warning, Error or Critical.</param>
/// <param name="Source">The part of the silo that tells it.</param>
/// <param name="Message">What happened; may quote what came from outside.</param>
/// <param name="Times">How often, where the same was told again and again.</param>
[GenerateSerializer]
[Immutable]
public sealed record SiloEvent(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] string Level,
    [property: Id(2)] string Source,
    [property: Id(3)] string Message,
    [property: Id(4)] int Times);
