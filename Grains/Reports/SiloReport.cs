using System.Collections.Immutable;
using Votes.Grains.Flush;

namespace Votes.Grains.Reports;

/// <summary>What a silo tells operators of itself.</summary>
/// <param name="Uptime">How long it has been running.</param>
/// <param name="MemoryBytes">Memory that the process holds.</param>
/// <param name="Laws">Laws that live there.</param>
/// <param name="PendingVotes">Votes accepted and not yet durable.</param>
/// <param name="Rates">What it settled, over the last seconds.</param>
/// <param name="FlushLag">The oldest vote of a flush at its commit, the worst of the last seconds; null: no flush.</param>
/// <param name="HotLaws">The busiest of its laws, busiest first.</param>
/// <param name="Events">What happened lately, newest first.</param>
/// <param name="Outage">Since when its flushes fail, and why; null: they do not.</param>
[GenerateSerializer]
[Immutable]
public sealed record SiloReport(
    [property: Id(0)] TimeSpan Uptime,
    [property: Id(1)] long MemoryBytes,
    [property: Id(2)] int Laws,
    [property: Id(3)] long PendingVotes,
    [property: Id(4)] OutcomeRates Rates,
    [property: Id(5)] TimeSpan? FlushLag,
    [property: Id(6)] ImmutableArray<HotLaw> HotLaws,
    [property: Id(7)] ImmutableArray<SiloEvent> Events,
    [property: Id(8)] StoreFailure? Outage = null);
