using Votes.Grains.Board;
using Xunit;

namespace Votes.Tests.Grains.Board;

public sealed class VoteRateTests
{
    private readonly VoteRate _rate = new();

    [Fact]
    public void Ten_seconds_of_votes_make_the_rate()
    {
        for (var second = 1; second <= 30; second++)
        {
            _rate.Add(50, TimeSpan.FromSeconds(second));
        }

        Assert.Equal(50, _rate.PerSecond(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(9, 7)]
    [InlineData(10, 0)]
    [InlineData(1_000_000, 0)]
    public void Votes_leave_the_rate_after_ten_seconds(int later, double expected)
    {
        _rate.Add(70, TimeSpan.FromSeconds(100));

        Assert.Equal(expected, _rate.PerSecond(TimeSpan.FromSeconds(100 + later)));
    }
}
