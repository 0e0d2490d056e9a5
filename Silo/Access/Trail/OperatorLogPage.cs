namespace Votes.Silo.Access.Trail;

/// <summary>A part of the operator log, the latest entry first.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="Before">The value of before for the next part; null: this was the last.</param>
public sealed record OperatorLogPage(IReadOnlyList<OperatorLogEntry> Entries, long? Before);
