using Votes.LoadTest.Planning;

namespace Votes.LoadTest.Publishing;

/// <summary>
/// Which of a plan's messages are published with a trace (W3C Trace Context). Its id is the vote's id without the
/// hyphens, so that whoever knows a vote finds its trace. A redelivery repeats the header as it repeats the body.
/// </summary>
internal sealed class TracedMessages(MessagePlan plan, double share)
{
    /// <summary>Such as 00-&lt;32 hex&gt;-&lt;16 hex&gt;-01, sampled; null where the message has no trace.</summary>
    public string? TraceparentOf(in PlannedMessage message)
    {
        // The least that a message costs where nothing is traced.
        if (share == 0 || Draw.Unit(Draw.Bits(plan.RunId.Value, DrawStream.Trace, message.Source)) >= share)
            return null;
        var trace = VoteIds.Create(plan.RunId, message.Source).ToString("N");
        // Neither half of a vote's id is all zeros, which would make it no trace.
        return $"00-{trace}-{trace[16..]}-01";
    }
}
