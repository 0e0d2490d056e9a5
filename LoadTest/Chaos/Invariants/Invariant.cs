namespace Votes.LoadTest.Chaos.Invariants;

/// <summary>What must hold whatever dies; the numbers are those of the reports.</summary>
public enum Invariant
{
    /// <summary>
    /// Every confirmed vote is counted, or filed as a duplicate of a counted one, or it is poison in the dead-letter queue.
    /// </summary>
    EveryVoteSettled = 1,

    /// <summary>The audit holds no vote that was not sent, and each with the law and the choice it was sent with.</summary>
    OnlySentVotes = 2,

    /// <summary>Each total is the number of its audit rows, in every snapshot.</summary>
    TotalsMatchAudit = 3,

    /// <summary>No total and no version goes back, and none is told before it is durable.</summary>
    NothingGoesBack = 4,

    /// <summary>A vote is filed as a duplicate at most once, and never when it is the counted one.</summary>
    OneFilingPerDuplicate = 5,

    /// <summary>At the end nothing is ready, unacked or pending, and the dead letters are the poison and nothing else.</summary>
    NothingLeft = 6,

    /// <summary>No process ends that was not ended, and memory stays under its limit.</summary>
    ProcessesStay = 7,

    /// <summary>After each fault the votes flow again in time.</summary>
    Recovery = 8,
}
