namespace Votes.Tests.Telemetry;

/// <summary>A clock that shows what the test sets it to; timers run as they do everywhere.</summary>
internal sealed class HandSetClock(DateTimeOffset now) : TimeProvider
{
    private long _ticks = now.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
