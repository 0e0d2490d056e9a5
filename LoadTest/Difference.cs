namespace Votes.LoadTest;

/// <summary>One departure of the database from what was published.</summary>
/// <param name="Kind">In what way.</param>
/// <param name="Detail">Which vote or row, and what it should be.</param>
public sealed record Difference(DifferenceKind Kind, string Detail);
