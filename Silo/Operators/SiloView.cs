using Votes.Grains.Reports;

namespace Votes.Silo.Operators;

/// <summary>A silo as operators see it. What only the silo itself knows is null where it did not answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where silos reach it, and when it started (its generation).</param>
/// <param name="Status">What the membership says of it: active, joining, stopping, dead.</param>
/// <param name="Problem">Why it did not answer; null where it did.</param>
/// <param name="UptimeSeconds">How long it has been running.</param>
/// <param name="MemoryBytes">Memory that the process holds.</param>
/// <param name="CpuPercent">The machine's use of its processors, as the silo sees it, 0 to 100.</param>
/// <param name="Activations">Grains that live there, of all kinds.</param>
/// <param name="Laws">Laws among them.</param>
/// <param name="PendingVotes">Votes accepted and not yet durable.</param>
/// <param name="FlushLagSeconds">Age of the oldest vote of a flush at its commit, the worst of the last seconds.</param>
/// <param name="Outage">Since when its flushes fail, and why; null: they do not.</param>
/// <param name="Rates">Votes settled a second, lately, by outcome.</param>
/// <param name="HotLaws">Its busiest laws.</param>
/// <param name="Events">What happened to it lately, newest first.</param>
public sealed record SiloView(
    string Name,
    string Address,
    string Status,
    string? Problem,
    double? UptimeSeconds,
    long? MemoryBytes,
    double? CpuPercent,
    int? Activations,
    int? Laws,
    long? PendingVotes,
    double? FlushLagSeconds,
    OutageView? Outage,
    OutcomeRates? Rates,
    IReadOnlyList<HotLaw> HotLaws,
    IReadOnlyList<SiloEvent> Events);
