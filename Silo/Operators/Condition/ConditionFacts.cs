using Votes.Grains.Interfaces;
using Votes.Silo.Reconcile;

namespace Votes.Silo.Operators.Condition;

/// <summary>What the parts of the cluster said of themselves at one moment.</summary>
/// <param name="Silos">The members of the cluster, those that died among them.</param>
/// <param name="Ingests">The Ingests that have reported lately; null: their registry does not answer.</param>
/// <param name="Queues">The broker's answer; null: it was not asked, for an Ingest consumes.</param>
/// <param name="DatabaseProblem">Why this silo's own question to the database failed; null: it was answered.</param>
/// <param name="Recount">The record of the periodic recount; null: not read yet.</param>
/// <param name="RecountInterval">The time from one recount to the next.</param>
/// <param name="Now">The moment.</param>
public sealed record ConditionFacts(
    IReadOnlyList<SiloView> Silos,
    IReadOnlyList<IngestPresence>? Ingests,
    QueuesView? Queues,
    string? DatabaseProblem,
    CheckRecord? Recount,
    TimeSpan RecountInterval,
    DateTimeOffset Now);
