namespace Votes.Grains.Reports;

/// <summary>Flushes of a silo fail, or get no answer.</summary>
/// <param name="Lasting">How long that has been so.</param>
/// <param name="ErrorType">The SQLSTATE, or a short word for what went wrong.</param>
[GenerateSerializer]
[Immutable]
[Alias("Votes.FlushOutage")]
public sealed record FlushOutage([property: Id(0)] TimeSpan Lasting, [property: Id(1)] string ErrorType);
