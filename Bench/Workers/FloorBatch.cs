using Votes.Grains.Flush;

namespace Votes.Bench.Workers;

/// <summary>The votes of one transaction of the floor.</summary>
internal sealed class FloorBatch
{
    /// <summary>The votes, as the statements take them.</summary>
    public FlushRows Rows { get; } = new();

    /// <summary>The last delivery among them: one ack settles all up to it.</summary>
    public ulong LastTag { get; set; }
}
