using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Utilities;
using Votes.Grains.Interfaces;

namespace Votes.Grains.Watching;

/// <summary>
/// Those who watch one law: tells them of its totals when they change, and no more than twice a second. Made when the first
/// one comes, so that a law that nobody watches has none of this. Runs in the grain's turns; not thread-safe.
/// </summary>
internal sealed class TallyWatchers(IGrainBase grain, Func<LawTally> tally, TimeProvider time)
{
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Expiry = TimeSpan.FromMinutes(1);

    private readonly ObserverManager<ITallyWatcher> _watchers = new(Expiry, NullLogger.Instance);
    private IGrainTimer? _timer;
    private long? _toldAt;
    private bool _timerArmed;

    /// <summary>Adds a watcher, or lets it stay for another minute.</summary>
    public void Add(ITallyWatcher watcher) => _watchers.Subscribe(watcher, watcher);

    /// <summary>Removes a watcher.</summary>
    public void Remove(ITallyWatcher watcher) => _watchers.Unsubscribe(watcher);

    /// <summary>Something has changed: tells the watchers now, or as soon as the least time has passed.</summary>
    public void Changed()
    {
        // Whoever comes while the timer is armed is told by it, of what there is then.
        if (_timerArmed || _watchers.Count == 0)
        {
            return;
        }

        var wait = _toldAt is { } toldAt ? LeastInterval - time.GetElapsedTime(toldAt) : TimeSpan.Zero;
        if (wait <= TimeSpan.Zero)
        {
            Tell();
            return;
        }

        _timer ??= grain.RegisterGrainTimer(
            static (watchers, _) =>
            {
                watchers._timerArmed = false;
                watchers.Tell();
                return Task.CompletedTask;
            },
            this,
            new GrainTimerCreationOptions
            {
                DueTime = Timeout.InfiniteTimeSpan,
                Period = Timeout.InfiniteTimeSpan,
                Interleave = true,
                KeepAlive = false,
            });
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
        _timerArmed = true;
    }

    private void Tell()
    {
        _toldAt = time.GetTimestamp();
        _watchers.ClearExpired();
        var news = tally();

        // One-way: done when the messages are on their way, and a watcher that is gone holds up nobody.
        _ = _watchers.Notify(watcher => watcher.TallyChangedAsync(news));
    }
}
