namespace Votes.Ingest.Lanes;

/// <summary>What a <see cref="StallWatch"/> makes of a look at a lane.</summary>
public enum StallVerdict
{
    /// <summary>It moves, or it is known why it does not.</summary>
    Fine,

    /// <summary>Nothing was delivered and nothing is held: it has stalled if messages wait in the queue.</summary>
    AskWhetherMessagesWait,

    /// <summary>What was delivered does not become durable, and nobody knows why.</summary>
    Stalled,
}
