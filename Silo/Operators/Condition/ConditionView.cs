namespace Votes.Silo.Operators.Condition;

/// <summary>How the cluster is.</summary>
/// <param name="AsOf">When it was examined.</param>
/// <param name="Counting">Whether votes are counted at their usual pace, in words for the public.</param>
/// <param name="Components">Its parts: broker, database, ingests, silos, totals.</param>
public sealed record ConditionView(DateTimeOffset AsOf, CountingView Counting, IReadOnlyList<ComponentView> Components);
