namespace Votes.Ingest.Lanes;

/// <summary>The largest value of the last while: of between one and two windows. Thread-safe.</summary>
/// <param name="window">How long a value counts at least.</param>
/// <param name="time">The clock.</param>
public sealed class RecentMaximum(TimeSpan window, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _began = time.GetTimestamp();
    private long _current;
    private long _before;

    /// <summary>The largest; 0 where there was none.</summary>
    public long Value
    {
        get
        {
            lock (_gate)
            {
                Turn();
                return Math.Max(_current, _before);
            }
        }
    }

    /// <summary>Notes a value.</summary>
    public void Add(long value)
    {
        lock (_gate)
        {
            Turn();
            _current = Math.Max(_current, value);
        }
    }

    private void Turn()
    {
        var elapsed = time.GetElapsedTime(_began);
        if (elapsed >= window)
        {
            _before = elapsed < 2 * window ? _current : 0;
            _current = 0;
            _began = time.GetTimestamp();
        }
    }
}
