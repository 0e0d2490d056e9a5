namespace Votes.Grains.Reports;

/// <summary>
/// How long flushes took, for percentiles: in buckets of which each reaches 5 % further than the one before, so that any
/// number of flushes takes the same memory. Thread-safe.
/// </summary>
public sealed class FlushTimes
{
    private const double LeastMs = 0.1;
    private const double Growth = 1.05;

    // Up to about 100 s, which is longer than a flush may take.
    private const int Buckets = 285;

    private readonly Lock _gate = new();
    private readonly long[] _flushes = new long[Buckets];
    private long _count;

    /// <summary>A flush has committed.</summary>
    public void Add(TimeSpan duration)
    {
        var bucket = Math.Ceiling(Math.Log(Math.Max(duration.TotalMilliseconds, LeastMs) / LeastMs, Growth));
        lock (_gate)
        {
            _flushes[(int)Math.Min(bucket, Buckets - 1)]++;
            _count++;
        }
    }

    /// <summary>How many there were since this was asked last, and their median and 99th percentile in ms; null: none.</summary>
    public (long Flushes, double? P50Ms, double? P99Ms) Take()
    {
        lock (_gate)
        {
            var taken = (_count, AtRank(0.5), AtRank(0.99));
            Array.Clear(_flushes);
            _count = 0;
            return taken;
        }
    }

    /// <summary>The upper bound of the bucket in which the flush of this rank lies.</summary>
    private double? AtRank(double share)
    {
        var left = (long)Math.Ceiling(share * _count);
        for (var bucket = 0; _count > 0 && bucket < Buckets; bucket++)
        {
            left -= _flushes[bucket];
            if (left <= 0)
            {
                return Math.Round(LeastMs * Math.Pow(Growth, bucket), 3);
            }
        }

        return null;
    }
}
