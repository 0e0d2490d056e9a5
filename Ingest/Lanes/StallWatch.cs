namespace Votes.Ingest.Lanes;

/// <summary>
/// Judges, look by look, whether a lane has stalled: nothing is delivered although messages wait, or what was delivered
/// does not become durable and nobody knows why. Pure; its owner looks at regular times.
/// </summary>
/// <param name="looksWithoutProgress">
/// After how many looks in a row without progress deliveries that are held for no known cause count as stalled.
/// </param>
public sealed class StallWatch(int looksWithoutProgress)
{
    private ulong _delivered;
    private long _unacked;
    private int _looksHeld;

    /// <summary>One look at the lane.</summary>
    /// <param name="delivered">The newest delivery tag.</param>
    /// <param name="unacked">How many deliveries are unacked.</param>
    /// <param name="hasKnownCause">
    /// Whether it is known why deliveries are held, such as a database that is away: a new connection would not help.
    /// </param>
    public StallVerdict Look(ulong delivered, long unacked, bool hasKnownCause)
    {
        var isDelivering = delivered != _delivered;
        var isSettling = unacked < _unacked;
        (_delivered, _unacked) = (delivered, unacked);
        if (unacked == 0)
        {
            _looksHeld = 0;
            return isDelivering ? StallVerdict.Fine : StallVerdict.AskWhetherMessagesWait;
        }

        _looksHeld = isDelivering || isSettling || hasKnownCause ? 0 : _looksHeld + 1;
        return _looksHeld >= looksWithoutProgress ? StallVerdict.Stalled : StallVerdict.Fine;
    }

    /// <summary>Judges a lane of which <see cref="StallVerdict.AskWhetherMessagesWait"/> was said.</summary>
    /// <param name="messages">How many messages the queue says that wait; 0 where there is no such queue.</param>
    /// <param name="consumers">How many consumers it says it has; 0 where there is no such queue.</param>
    public static StallVerdict Judge(uint messages, uint consumers) =>
        consumers == 0 ? StallVerdict.NoConsumer
        : messages == 0 ? StallVerdict.Fine
        : StallVerdict.NotDelivered;
}
