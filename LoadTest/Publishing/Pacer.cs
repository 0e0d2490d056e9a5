namespace Votes.LoadTest.Publishing;

/// <summary>
/// Spreads messages evenly over time. Counts tickets over all connections; a schedule that fell behind, because the
/// broker was away, is moved instead of caught up with in one burst.
/// </summary>
internal sealed class Pacer(double ratePerSecond, PublishControl control, TimeProvider time)
{
    private static readonly TimeSpan MostCatchUp = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly double _ticksPerMessage = ratePerSecond > 0 ? TimeSpan.TicksPerSecond / ratePerSecond : 0;
    private readonly long _started = time.GetTimestamp();
    private double _dueTicks;

    /// <summary>Takes the next ticket; returns how long its holder must wait before sending.</summary>
    public TimeSpan Next()
    {
        if (_ticksPerMessage == 0 || control.Ended)
            return TimeSpan.Zero;

        lock (_lock)
        {
            var now = time.GetElapsedTime(_started);
            _dueTicks = Math.Max(_dueTicks, (now - MostCatchUp).Ticks);
            var wait = TimeSpan.FromTicks((long)_dueTicks) - now;
            _dueTicks += _ticksPerMessage;
            return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }
    }
}
