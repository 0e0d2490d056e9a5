namespace Votes.Silo.Operators;

/// <summary>All silos as operators see them.</summary>
/// <param name="AsOf">When they were asked.</param>
/// <param name="Silos">Those that are members, then the last few that died.</param>
public sealed record ClusterView(DateTimeOffset AsOf, IReadOnlyList<SiloView> Silos);
