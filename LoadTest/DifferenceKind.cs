namespace Votes.LoadTest;

/// <summary>In what way the database departs from what was published.</summary>
public enum DifferenceKind
{
    /// <summary>No vote of this voter on this law is counted.</summary>
    MissingVote,

    /// <summary>Two votes of one voter on one law are counted.</summary>
    CountedTwice,

    /// <summary>A vote of this run is counted that was never sent as a valid vote.</summary>
    UnknownVote,

    /// <summary>A vote is on record under another law than it was sent for.</summary>
    WrongLaw,

    /// <summary>A vote is on record with another choice than it was sent with.</summary>
    WrongChoice,

    /// <summary>A second vote is neither counted nor filed as a duplicate.</summary>
    MissingDuplicate,

    /// <summary>A duplicate is filed more than once, or was never sent as a valid vote.</summary>
    UnknownDuplicate,

    /// <summary>A vote is both counted and filed as a duplicate.</summary>
    CountedAndDuplicate,

    /// <summary>A duplicate points at a vote that is not the voter's counted one.</summary>
    WrongCountedVote,

    /// <summary>A total in <c>vote_results</c> is not the number of its rows in <c>vote_audit</c>.</summary>
    TotalDiffers,

    /// <summary>The number of voter keys of this run is not the number of its voters.</summary>
    VoterKeys,

    /// <summary>The dead-letter queue grew by another number than the malformed messages sent.</summary>
    DeadLetters,

    /// <summary>A dead letter tells another reason or field than the rule that its message breaks.</summary>
    WrongRejection,

    /// <summary>Messages are left in the queue.</summary>
    QueueNotEmpty,
}
