using Votes.Bench.Measuring;
using Xunit;

namespace Votes.Tests.Bench;

public sealed class TimelineTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Timeline _timeline = new([At(0, 10), At(2, 14), At(4, 30)]);

    [Fact]
    public void Use_between_samples_is_interpolated()
    {
        var used = _timeline.Used(Start.AddSeconds(1), Start.AddSeconds(3));

        Assert.Equal(10, used.Own, 9);
        Assert.Equal(100, used.Transactions, 9);
    }

    [Fact]
    public void Use_outside_of_the_samples_is_not_known_and_none()
    {
        Assert.Equal(20, _timeline.Used(Start.AddSeconds(-5), Start.AddSeconds(50)).Own, 9);
        Assert.Equal(0, _timeline.Used(Start.AddSeconds(5), Start.AddSeconds(50)).Own, 9);
    }

    private static Sample At(int seconds, double own) =>
        new(Start.AddSeconds(seconds), 0, 0, own, 0, own * 2, own * 10);
}
