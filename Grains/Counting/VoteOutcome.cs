namespace Votes.Grains.Counting;

/// <summary>What became of one vote in a flush.</summary>
public enum VoteOutcome : byte
{
    /// <summary>It moved a total.</summary>
    Counted,

    /// <summary>This vote id was on record already.</summary>
    Redelivered,

    /// <summary>The voter had already voted on this law with another vote id.</summary>
    Duplicate,

    /// <summary>The database itself refuses the row.</summary>
    Refused,

    /// <summary>The law was closed before the vote could be counted.</summary>
    Closed,
}
