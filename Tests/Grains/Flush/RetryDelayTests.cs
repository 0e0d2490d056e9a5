using CsCheck;
using Votes.Grains.Flush;
using Xunit;

namespace Votes.Tests.Grains.Flush;

public sealed class RetryDelayTests
{
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_delay_stays_within_its_bounds() =>
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Double.Unit).Sample(static (failures, random) =>
            Assert.InRange(RetryDelay.After(failures, Min, Max, random), Min, Max));

    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 100)]
    [InlineData(3, 200)]
    [InlineData(5, 800)]
    [InlineData(6, 1000)]
    [InlineData(1000, 1000)]
    public void The_longest_delay_doubles_with_each_failure(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RetryDelay.After(failures, Min, Max, 1));
}
