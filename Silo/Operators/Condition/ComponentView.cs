namespace Votes.Silo.Operators.Condition;

/// <summary>A part of the cluster as operators see it.</summary>
/// <param name="Name">broker, database, ingests, silos or totals.</param>
/// <param name="State">ok, degraded, bad or unknown.</param>
/// <param name="Since">Since when the state has been this one; no earlier than the start of the silo that answers.</param>
/// <param name="Detail">What was found, in a sentence.</param>
/// <param name="Runbook">The section of the runbook for this state; null where there is nothing to do.</param>
public sealed record ComponentView(string Name, ComponentState State, DateTimeOffset Since, string Detail, string? Runbook);
