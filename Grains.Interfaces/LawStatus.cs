namespace Votes.Grains.Interfaces;

/// <summary>What is known of a law. The numbers are on the wire: never reuse one.</summary>
[Alias("Votes.LawStatus")]
public enum LawStatus : byte
{
    /// <summary>The law is not registered.</summary>
    Unknown = 0,

    /// <summary>The law takes votes.</summary>
    Open = 1,

    /// <summary>The law takes no more votes.</summary>
    Closed = 2,

    /// <summary>
    /// The law takes votes until those that were published before its closing was asked for are settled. Programs that
    /// do not know the number treat it as open.
    /// </summary>
    Closing = 3,
}
