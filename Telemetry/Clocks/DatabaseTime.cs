namespace Votes.Telemetry.Clocks;

/// <summary>
/// The database's time, on every machine of the cluster: counted on from the last reading of the database's clock by the
/// machine's stopwatch, so that a machine's clock that is wrong or is set moves no law's opening time, no vote's time and no
/// minute of the statistics. Before the first reading it is the machine's own. Thread-safe.
/// </summary>
/// <param name="machine">The machine's clock; timers and time stamps are its own.</param>
public sealed class DatabaseTime(TimeProvider machine) : TimeProvider
{
    /// <summary>By how much a new reading may differ, beyond its uncertainty, without moving the time.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(20);

    private volatile ClockReading? _anchor;

    /// <summary>The clock of the machine itself.</summary>
    public TimeProvider Machine => machine;

    /// <inheritdoc/>
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    /// <inheritdoc/>
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() =>
        _anchor is { } anchor ? From(anchor, machine.GetTimestamp()) : machine.GetUtcNow();

    /// <summary>Takes over a reading, unless the time agrees with it: a time that follows each round trip would jitter.</summary>
    public void Follow(ClockReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        if (_anchor is not { } anchor
            || (From(anchor, reading.Timestamp) - reading.Database).Duration() > reading.Uncertainty + Slack)
        {
            _anchor = reading;
        }
    }

    private DateTimeOffset From(ClockReading anchor, long timestamp) =>
        anchor.Database + machine.GetElapsedTime(anchor.Timestamp, timestamp);
}
