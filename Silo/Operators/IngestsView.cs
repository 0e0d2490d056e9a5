namespace Votes.Silo.Operators;

/// <summary>All Ingests as operators see them.</summary>
/// <param name="Problem">Why they are not known; null where they are.</param>
/// <param name="Ingests">Those that have reported in the last ten minutes and have not stopped in order.</param>
public sealed record IngestsView(string? Problem, IReadOnlyList<IngestView> Ingests);
