namespace Votes.LoadTest.Chaos.Network;

/// <summary>One of the two ways of a connection.</summary>
internal enum Direction
{
    /// <summary>From the side that connected.</summary>
    ToServer,

    /// <summary>From the side that was connected to.</summary>
    ToClient,
}
