namespace Votes.Silo.Access.Trail;

/// <summary>One thing that an operator did, or that was refused.</summary>
/// <param name="Caller">Who, and from where.</param>
/// <param name="Action">What: one of <see cref="OperatorActions"/>.</param>
/// <param name="Subject">The law that it is about; empty: none.</param>
/// <param name="Outcome">One of <see cref="OperatorOutcomes"/>.</param>
/// <param name="Details">What else there is to know: a few names with short values; never a key, and no voter.</param>
public sealed record OperatorEntry(
    Caller Caller, string Action, string Subject, string Outcome, params (string Name, object? Value)[] Details);
