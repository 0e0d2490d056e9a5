namespace Votes.Grains.Flush;

/// <summary>Flushes that fail at the moment.</summary>
/// <param name="For">How long flushes have failed.</param>
/// <param name="ErrorType">The last failure's SQLSTATE, or the kind of fault.</param>
/// <param name="Reason">The last failure.</param>
[GenerateSerializer]
[Immutable]
[Alias("Votes.StoreFailure")]
public sealed record StoreFailure(
    [property: Id(0)] TimeSpan For, [property: Id(1)] string ErrorType, [property: Id(2)] string Reason);
