using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Votes.Grains.Flush;

namespace Votes.Grains.Reports;

/// <summary>What a silo did in the last seconds: two slices of time, the older of which is whole. Thread-safe.</summary>
public sealed class SiloActivity(TimeProvider time)
{
    /// <summary>The length of a slice: what is told covers one to two of them.</summary>
    public static readonly TimeSpan SliceLength = TimeSpan.FromSeconds(5);

    /// <summary>The most laws that are listed.</summary>
    public const int MostLaws = 10;

    private const int MostLawsKept = 20_000;

    private readonly Lock _gate = new();
    private readonly long _startedAt = time.GetTimestamp();
    private Slice _earlier = new(time.GetTimestamp());
    private Slice _latest = new(time.GetTimestamp());

    /// <summary>How long the silo has been running.</summary>
    public TimeSpan Uptime => time.GetElapsedTime(_startedAt);

    /// <summary>A flush has committed.</summary>
    public void Flushed(FlushResult result, TimeSpan lag)
    {
        lock (_gate)
        {
            Roll();
            _latest.Lag = Longest(_latest.Lag, lag);
            foreach (var moved in result.Totals)
            {
                if (_latest.Laws.Count < MostLawsKept || _latest.Laws.ContainsKey(moved.LawId))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(_latest.Laws, moved.LawId, out _) += moved.Added;
                }
            }
        }
    }

    /// <summary>Votes of one grain call are settled.</summary>
    public void Settled(int counted, int redelivered, int duplicates, int rejected)
    {
        lock (_gate)
        {
            Roll();
            _latest.Counted += counted;
            _latest.Redelivered += redelivered;
            _latest.Duplicates += duplicates;
            _latest.Rejected += rejected;
        }
    }

    /// <summary>What was done.</summary>
    public (OutcomeRates Rates, TimeSpan? FlushLag, ImmutableArray<HotLaw> HotLaws) Read()
    {
        lock (_gate)
        {
            Roll();
            var seconds = Math.Max(1, time.GetElapsedTime(_earlier.Since).TotalSeconds);
            var rates = new OutcomeRates(
                (_earlier.Counted + _latest.Counted) / seconds,
                (_earlier.Redelivered + _latest.Redelivered) / seconds,
                (_earlier.Duplicates + _latest.Duplicates) / seconds,
                (_earlier.Rejected + _latest.Rejected) / seconds);
            var laws = new Dictionary<string, long>(_earlier.Laws, StringComparer.Ordinal);
            foreach (var (lawId, votes) in _latest.Laws)
            {
                laws[lawId] = laws.GetValueOrDefault(lawId) + votes;
            }

            return (rates, Longest(_earlier.Lag, _latest.Lag), Hottest(laws, seconds));
        }
    }

    private static ImmutableArray<HotLaw> Hottest(Dictionary<string, long> laws, double seconds) =>
        [.. laws.OrderByDescending(static law => law.Value).ThenBy(static law => law.Key, StringComparer.Ordinal)
            .Take(MostLaws).Select(law => new HotLaw(law.Key, law.Value / seconds))];

    private static TimeSpan? Longest(TimeSpan? one, TimeSpan? other) => one is null || other > one ? other : one;

    private void Roll()
    {
        var now = time.GetTimestamp();
        var age = time.GetElapsedTime(_latest.Since, now);
        if (age < SliceLength)
        {
            return;
        }

        _earlier = age < SliceLength * 2 ? _latest : new Slice(now);
        _latest = new Slice(now);
    }

    private sealed class Slice(long since)
    {
        public long Since { get; } = since;

        public Dictionary<string, long> Laws { get; } = new(StringComparer.Ordinal);

        public long Counted { get; set; }

        public long Redelivered { get; set; }

        public long Duplicates { get; set; }

        public long Rejected { get; set; }

        public TimeSpan? Lag { get; set; }
    }
}
