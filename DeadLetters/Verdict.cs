namespace Votes.DeadLetters;

/// <summary>What becomes of a letter that was looked at.</summary>
public enum Verdict
{
    /// <summary>It goes to the end of the dead-letter queue.</summary>
    PutBack = 0,

    /// <summary>It goes to the queue that votes are counted from.</summary>
    Replay,

    /// <summary>It goes to the end of the dead-letter queue, and no further letter is looked at.</summary>
    PutBackAndEnd,

    /// <summary>It goes to the queue that votes are counted from, and no further letter is looked at.</summary>
    ReplayAndEnd,

    /// <summary>It leaves the queue for good, once that is on record.</summary>
    Discard,

    /// <summary>It leaves the queue for good, once that is on record, and no further letter is looked at.</summary>
    DiscardAndEnd,
}
