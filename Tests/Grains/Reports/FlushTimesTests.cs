using Votes.Grains.Reports;
using Xunit;

namespace Votes.Tests.Grains.Reports;

public sealed class FlushTimesTests
{
    private readonly FlushTimes _times = new();

    [Fact]
    public void Without_flushes_there_are_no_times() => Assert.Equal((0L, (double?)null, (double?)null), _times.Take());

    [Fact]
    public void Percentiles_are_exact_to_a_twentieth()
    {
        for (var ms = 1; ms <= 1000; ms++)
        {
            _times.Add(TimeSpan.FromMilliseconds(ms));
        }

        var (flushes, p50, p99) = _times.Take();
        Assert.Equal(1000, flushes);
        Assert.InRange(p50!.Value, 500, 500 * 1.05);
        Assert.InRange(p99!.Value, 990, 990 * 1.05);
    }

    [Fact]
    public void What_was_taken_is_not_taken_again()
    {
        _times.Add(TimeSpan.FromMilliseconds(80));
        Assert.Equal(1, _times.Take().Flushes);
        _times.Add(TimeSpan.FromMilliseconds(2));
        _times.Add(TimeSpan.FromMilliseconds(2));

        var (flushes, p50, p99) = _times.Take();
        Assert.Equal(2, flushes);
        Assert.InRange(p50!.Value, 2, 2.1);
        Assert.Equal(p50, p99);
    }

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(100_000_000, 104_174)]
    public void Times_out_of_all_bounds_count_as_the_bound(double milliseconds, double bound)
    {
        _times.Add(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(bound, _times.Take().P99Ms!.Value, bound * 0.01);
    }
}
