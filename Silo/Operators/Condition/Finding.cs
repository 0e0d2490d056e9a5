namespace Votes.Silo.Operators.Condition;

/// <summary>What was found of one part of the cluster.</summary>
/// <param name="State">Its state.</param>
/// <param name="Detail">What was found, in a sentence.</param>
/// <param name="Runbook">The section of the runbook; null where there is nothing to do.</param>
/// <param name="Lasting">How long the part itself says that it has been so; null: it does not say.</param>
public sealed record Finding(ComponentState State, string Detail, string? Runbook = null, TimeSpan? Lasting = null);
