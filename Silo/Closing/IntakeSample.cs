using Votes.Grains.Interfaces;

namespace Votes.Silo.Closing;

/// <summary>What a silo saw of queue and Ingests at one moment.</summary>
/// <param name="At">The moment, by a clock of this silo that only goes forward.</param>
/// <param name="Ready">Votes that wait in the queue; null where the broker could not be asked.</param>
/// <param name="Consumers">How many consumers the queue has; null where the broker could not be asked.</param>
/// <param name="Ingests">The Ingests' last reports; null where they could not be read.</param>
/// <param name="Problem">Why something is missing; null where nothing is.</param>
public sealed record IntakeSample(
    TimeSpan At, long? Ready, long? Consumers, IReadOnlyList<IngestPresence>? Ingests, string? Problem);
