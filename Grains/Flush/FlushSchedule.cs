namespace Votes.Grains.Flush;

/// <summary>
/// Decides when a lane flushes: at once where enough votes wait; as soon as the least time since the last flush has passed
/// where somebody asked for it, where a vote has waited for the flush interval, or while the lane is busy: a flush in the
/// last interval was worth its transaction. Pure: moments come in as timestamps of one clock.
/// </summary>
/// <param name="earlyVotes">So many votes are due at once.</param>
/// <param name="earlyInterval">The least time since the start of the last flush.</param>
/// <param name="interval">How long a vote waits that nobody asks for.</param>
public sealed class FlushSchedule(int earlyVotes, TimeSpan earlyInterval, TimeSpan interval)
{
    // Of the votes that are due at once, one in so many is enough to be worth a transaction.
    private const int WorthAFlush = 10;

    private TimeSpan? _lastStart;
    private TimeSpan _busyUntil = TimeSpan.MinValue;
    private bool _asked;

    /// <summary>Somebody wants what is pending to be flushed: a backlog, a deactivation, the silo's stop.</summary>
    /// <returns>False where somebody had asked already.</returns>
    public bool Ask()
    {
        var first = !_asked;
        _asked = true;
        return first;
    }

    /// <summary>Nothing is pending any more, although no flush took it: what was asked for is void.</summary>
    public void Withdraw() => _asked = false;

    /// <summary>Whether so many votes are worth a transaction of their own.</summary>
    public bool AreWorthAFlush(int votes) => votes * WorthAFlush >= earlyVotes;

    /// <summary>A flush of <paramref name="votes"/> starts.</summary>
    public void Started(TimeSpan now, int votes)
    {
        _busyUntil = AreWorthAFlush(votes) ? now + interval : _busyUntil;
        _lastStart = now;
        _asked = false;
    }

    /// <summary>
    /// How long to wait with <paramref name="pendingVotes"/> pending since <paramref name="oldest"/>; null: until something
    /// changes.
    /// </summary>
    public TimeSpan? DueIn(int pendingVotes, TimeSpan oldest, TimeSpan now)
    {
        if (pendingVotes == 0)
        {
            return null;
        }

        if (pendingVotes >= earlyVotes)
        {
            return TimeSpan.Zero;
        }

        var due = _asked || now < _busyUntil ? now : oldest + interval;
        var allowed = _lastStart + earlyInterval;
        var wait = (allowed > due ? allowed.Value : due) - now;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
