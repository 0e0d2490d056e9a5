using Votes.LoadTest.Planning;

namespace Votes.LoadTest.Publishing;

/// <summary>Hands out a plan's blocks, each once, to the connections that send them.</summary>
internal sealed class BlockCursor(MessagePlan plan, PublishControl control)
{
    private long _next = -1;

    /// <summary>Takes the next block: the first message's index, and the one past the last.</summary>
    public bool TryTake(out long start, out long end)
    {
        (start, end) = (0, 0);
        if (control.Ended)
            return false;
        var block = Interlocked.Increment(ref _next);
        if (block >= plan.BlockCount)
            return false;
        control.BlockTaken();
        (start, end) = plan.Block(block);
        return true;
    }
}
