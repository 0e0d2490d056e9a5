namespace Votes.Grains.Board;

/// <summary>The stream that silos tell the board by: docs/adr/0007-board.md.</summary>
public static class BoardStream
{
    /// <summary>The name of the stream provider, a memory stream.</summary>
    public const string Provider = "tallies";

    /// <summary>The namespace of the stream, by which the board is subscribed to it.</summary>
    public const string Namespace = "votes-tallies";

    /// <summary>The stream's key, and that of the board.</summary>
    public const string Key = "cluster";
}
