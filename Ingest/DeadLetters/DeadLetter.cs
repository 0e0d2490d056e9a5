using Votes.Ingest.Lanes;
using Votes.Ingest.Messages;

namespace Votes.Ingest.DeadLetters;

/// <summary>
/// A message that is not counted: it goes to the dead-letter queue, and is settled once the broker has it.
/// </summary>
/// <param name="Batch">The delivery batch that holds the message.</param>
/// <param name="Index">The message's place in it.</param>
/// <param name="Poison">Why it is not counted.</param>
public readonly record struct DeadLetter(DeliveryBatch Batch, int Index, Poison Poison);
