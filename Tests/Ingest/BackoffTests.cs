using CsCheck;
using Votes.Ingest;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class BackoffTests
{
    [Fact]
    public void Delay_is_never_out_of_its_bounds() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Double[0, 1]).Sample((failures, random) =>
            Assert.InRange(
                new Backoff(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(10)).Delay(failures, random),
                TimeSpan.FromSeconds(0.2),
                TimeSpan.FromSeconds(10)));

    [Fact]
    public void Longest_delay_doubles()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

        Assert.Equal([2, 4, 5, 5], Enumerable.Range(1, 4).Select(failures => backoff.Delay(failures, 1).TotalSeconds));
        Assert.Equal([1, 1], Enumerable.Range(1, 2).Select(failures => backoff.Delay(failures, 0).TotalSeconds));
    }
}
