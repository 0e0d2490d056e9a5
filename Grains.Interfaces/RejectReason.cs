namespace Votes.Grains.Interfaces;

/// <summary>Why a well-formed vote may not be counted. The numbers are on the wire: never reuse one.</summary>
[Alias("Votes.RejectReason")]
public enum RejectReason : byte
{
    /// <summary>Not a reason.</summary>
    None = 0,

    /// <summary>The law is not registered, and this cluster does not register laws by itself.</summary>
    UnknownLaw = 1,

    /// <summary>The law is closed.</summary>
    LawClosed = 2,

    /// <summary>The vote was cast before the law opened.</summary>
    CastTooEarly = 3,

    /// <summary>The vote was cast after the law closed.</summary>
    CastTooLate = 4,

    /// <summary>The law does not have this choice.</summary>
    UnknownChoice = 5,

    /// <summary>The database itself refuses the row.</summary>
    RefusedByDatabase = 6,
}
