namespace Votes.Silo.Operators;

/// <summary>Flushes of a silo fail.</summary>
/// <param name="LastingSeconds">How long that has been so.</param>
/// <param name="ErrorType">The SQLSTATE, or a short word for what went wrong.</param>
public sealed record OutageView(double LastingSeconds, string ErrorType);
