namespace Votes.Grains.Flush;

/// <summary>Flushes that fail at the moment.</summary>
/// <param name="For">How long flushes have failed.</param>
/// <param name="ErrorType">The last failure's SQLSTATE, or the kind of fault.</param>
/// <param name="Reason">The last failure.</param>
public sealed record StoreFailure(TimeSpan For, string ErrorType, string Reason);
