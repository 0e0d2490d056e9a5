namespace Votes.LoadTest.Chaos.Watching;

/// <summary>
/// Tells from samples of the totals whether votes flow: at what rate, and since when again after a fault. For one caller.
/// </summary>
/// <param name="expected">Votes counted a second when nothing is wrong.</param>
/// <param name="window">The time over which a rate is taken.</param>
internal sealed class FlowGauge(double expected, TimeSpan window)
{
    /// <summary>The part of the expected rate at which votes count as flowing.</summary>
    public const double Share = 0.8;

    private readonly LinkedList<Sample> _samples = new();
    private TimeSpan? _since;
    private IReadOnlyDictionary<string, long>? _before;

    /// <summary>Votes counted in all, by the last sample.</summary>
    public long Total => _samples.Last?.Value.Total ?? 0;

    /// <summary>Votes counted a second over the last window; 0 where there are no samples to tell.</summary>
    public double Rate { get; private set; }

    /// <summary>When the votes flowed again; null as long as they do not, or nobody asked.</summary>
    public TimeSpan? RecoveredAt { get; private set; }

    /// <summary>The laws that have not moved since the watch for recovery began.</summary>
    public int LawsStanding { get; private set; }

    /// <summary>
    /// Begins to watch for recovery: a whole window at the rate wanted, and each law moved at least once.
    /// </summary>
    public void WatchSince(TimeSpan since)
    {
        _since = since;
        _before = _samples.Last?.Value.Laws;
        RecoveredAt = null;
    }

    /// <summary>Adds the totals by law as they were read at a moment.</summary>
    public void Add(TimeSpan at, IReadOnlyDictionary<string, long> laws)
    {
        _samples.AddLast(new Sample(at, laws.Values.Sum(), laws));
        // The oldest that is kept begins the window: the first one at or before its start.
        while (_samples.First!.Next is { } second && second.Value.At <= at - window)
            _samples.RemoveFirst();
        var first = _samples.First.Value;
        var time = at - first.At;
        Rate = time > TimeSpan.Zero ? (Total - first.Total) / Math.Max(time.TotalSeconds, window.TotalSeconds) : 0;
        Judge(at, laws);
    }

    private void Judge(TimeSpan at, IReadOnlyDictionary<string, long> laws)
    {
        if (_since is not { } since || RecoveredAt is not null || at < since)
            return;
        // No sample before the fault: movement is told from the first one after it.
        _before ??= laws;
        LawsStanding = laws.Count(law => law.Value <= _before.GetValueOrDefault(law.Key, -1));
        if (at - since >= window && Rate >= Share * expected && LawsStanding == 0)
            RecoveredAt = at;
    }

    private sealed record Sample(TimeSpan At, long Total, IReadOnlyDictionary<string, long> Laws);
}
