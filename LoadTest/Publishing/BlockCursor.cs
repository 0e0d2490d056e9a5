using Votes.LoadTest.Planning;

namespace Votes.LoadTest.Publishing;

/// <summary>Hands out a plan's blocks, each once, to the connections that send them.</summary>
internal sealed class BlockCursor(MessagePlan plan)
{
    private long _next = -1;

    /// <summary>Takes the next block: the first message's index, and the one past the last.</summary>
    public bool TryTake(out long start, out long end)
    {
        var block = Interlocked.Increment(ref _next);
        (start, end) = block < plan.BlockCount ? plan.Block(block) : (0, 0);
        return start < end;
    }
}
