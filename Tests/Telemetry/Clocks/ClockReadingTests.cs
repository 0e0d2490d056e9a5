using Votes.Telemetry.Clocks;
using Xunit;

namespace Votes.Tests.Telemetry.Clocks;

public sealed class ClockReadingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(4.9, 0, false)]
    [InlineData(-4.9, 0, false)]
    [InlineData(5, 0, false)]
    [InlineData(5.1, 0, true)]
    [InlineData(-5.1, 0, true)]
    [InlineData(5.1, 0.2, false)]
    public void Clocks_that_differ_by_more_than_the_tolerance_are_off(double ahead, double uncertainty, bool isOff) =>
        Assert.Equal(isOff, Reading(ahead, uncertainty).IsOff(Tolerance));

    [Fact]
    public void The_refusal_names_both_times_the_difference_and_the_option()
    {
        var refused = Assert.Throws<ClockException>(() => Reading(3600, 0).ThrowIfOff(Tolerance));

        Assert.Contains("clock says 2026-11-30T13:00:00.0000000Z", refused.Message, StringComparison.Ordinal);
        Assert.Contains("the database's 2026-11-30T12:00:00.0000000Z", refused.Message, StringComparison.Ordinal);
        Assert.Contains("3600.0 s", refused.Message, StringComparison.Ordinal);
        Assert.Contains("00:00:05 (Cluster:ClockTolerance)", refused.Message, StringComparison.Ordinal);
        Reading(5, 0).ThrowIfOff(Tolerance);
    }

    private static ClockReading Reading(double ahead, double uncertainty) =>
        new(Noon.AddSeconds(ahead), Noon, TimeSpan.FromSeconds(uncertainty), 0);
}
