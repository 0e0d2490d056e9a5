namespace Votes.Grains.Flush;

/// <summary>
/// Decides when a lane flushes: at once where enough votes wait; where somebody asked for it, as soon as the least time
/// since the last flush has passed; otherwise not at all, for the grains' timers will ask. Pure: moments come in as
/// timestamps of one clock.
/// </summary>
public sealed class FlushSchedule(int earlyVotes, TimeSpan earlyInterval)
{
    private TimeSpan? _lastStart;
    private bool _asked;

    /// <summary>Somebody wants what is pending to be flushed: a timer that is due, a backlog, a deactivation.</summary>
    /// <returns>False where somebody had asked already.</returns>
    public bool Ask()
    {
        var first = !_asked;
        _asked = true;
        return first;
    }

    /// <summary>Nothing is pending any more, although no flush took it: what was asked for is void.</summary>
    public void Withdraw() => _asked = false;

    /// <summary>A flush starts.</summary>
    public void Started(TimeSpan now)
    {
        _lastStart = now;
        _asked = false;
    }

    /// <summary>How long to wait with <paramref name="pendingVotes"/> pending; null: until something changes.</summary>
    public TimeSpan? DueIn(int pendingVotes, TimeSpan now)
    {
        if (pendingVotes == 0)
        {
            return null;
        }

        if (pendingVotes >= earlyVotes)
        {
            return TimeSpan.Zero;
        }

        if (!_asked)
        {
            return null;
        }

        var wait = _lastStart + earlyInterval - now;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
