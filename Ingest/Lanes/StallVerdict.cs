namespace Votes.Ingest.Lanes;

/// <summary>What a <see cref="StallWatch"/> makes of a look at a lane.</summary>
public enum StallVerdict
{
    /// <summary>It moves, or it is known why it does not.</summary>
    Fine,

    /// <summary>Nothing was delivered and nothing is held: it has stalled if messages wait in the queue.</summary>
    AskWhetherMessagesWait,

    /// <summary>Messages wait, there is a consumer, and nothing is delivered to it.</summary>
    NotDelivered,

    /// <summary>
    /// The queue has no consumer: it was deleted and declared anew at once. It may tell of no message for a while either,
    /// however many it holds.
    /// </summary>
    NoConsumer,

    /// <summary>What was delivered does not become durable, and nobody knows why.</summary>
    Stalled,
}
