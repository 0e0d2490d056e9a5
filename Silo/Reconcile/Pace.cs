namespace Votes.Silo.Reconcile;

/// <summary>
/// Keeps a check from taking the database from those who vote: each slice is followed by a pause that leaves it its share of
/// the time, and no slice begins once the check's time is over. Times one check.
/// </summary>
/// <param name="share">The share of the time that statements may take. Above 0, at most 1.</param>
/// <param name="limit">When the check ends, whatever it has reached.</param>
/// <param name="time">The clock.</param>
internal sealed class Pace(double share, TimeSpan limit, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _unpaused;

    /// <summary>How long statements took, without the pauses.</summary>
    public TimeSpan Worked { get; private set; }

    /// <summary>Whether time has passed between slices.</summary>
    public bool HasPaused { get; private set; }

    /// <summary>The time at which a statement begins.</summary>
    public long Begin() => time.GetTimestamp();

    /// <summary>A statement has ended, well or not.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan End(long began)
    {
        var took = time.GetElapsedTime(began);
        Worked += took;
        _unpaused += took;
        return took;
    }

    /// <summary>Waits as long as the share asks for after what was done since the last pause.</summary>
    /// <returns>False where the check's time is over.</returns>
    public async Task<bool> GoesOnAsync(CancellationToken cancellationToken)
    {
        var left = limit - time.GetElapsedTime(_start);
        var pause = _unpaused / share - _unpaused;
        _unpaused = TimeSpan.Zero;
        if (pause >= left)
        {
            return false;
        }

        HasPaused = true;
        await Task.Delay(pause, time, cancellationToken);
        return true;
    }
}
