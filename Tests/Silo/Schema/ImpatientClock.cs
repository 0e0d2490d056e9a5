namespace Votes.Tests.Silo.Schema;

/// <summary>
/// A clock on which waiting takes no time: a timer moves the clock to when it is due and fires. It counts the waits.
/// </summary>
/// <param name="meanwhile">What happens during the first wait, before its timer fires.</param>
internal sealed class ImpatientClock(Func<Task>? meanwhile = null) : TimeProvider
{
    private Func<Task>? _meanwhile = meanwhile;
    private long _ticks;

    /// <summary>How many waits there were.</summary>
    public int Waits { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new(_ticks, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits++;
        _ticks += dueTime.Ticks;
        var first = Interlocked.Exchange(ref _meanwhile, null);

        // Nobody awaits a timer: it fires even where what happens meanwhile fails, which the test then sees by the
        // outcome.
        _ = Task.Run(async () =>
        {
            try
            {
                await (first?.Invoke() ?? Task.CompletedTask);
            }
            finally
            {
                callback(state);
            }
        });
        return new FiredTimer();
    }

    private sealed class FiredTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
