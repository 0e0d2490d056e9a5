using Orleans.Concurrency;

namespace Votes.Grains.Interfaces;

/// <summary>Is told of a law's totals by <see cref="ILawTallyGrain.WatchAsync"/>.</summary>
[Alias("Votes.ITallyWatcher")]
public interface ITallyWatcher : IGrainObserver
{
    /// <summary>
    /// The totals have changed. A full tally each time, so one that is lost does no harm; one with a smaller version than
    /// the last is older than it. Must return at once.
    /// </summary>
    [OneWay]
    [Alias("TallyChangedAsync")]
    Task TallyChangedAsync(LawTally tally);
}
