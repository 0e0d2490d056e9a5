using Votes.Bench.Measuring;
using Xunit;

namespace Votes.Tests.Bench;

public sealed class PercentilesTests
{
    [Fact]
    public void Percentiles_are_values_that_occurred()
    {
        double[] hundred = [.. Enumerable.Range(1, 100)];

        Assert.Equal(new Percentiles(50, 95, 99, 100), Percentiles.Of(hundred));
        Assert.Equal(new Percentiles(7, 7, 7, 1), Percentiles.Of([7.0]));
    }

    [Fact]
    public void Nothing_has_no_percentiles()
    {
        Assert.Null(Percentiles.Of([]));
    }
}
