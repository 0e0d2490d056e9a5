using Votes.Bench.Results;
using Xunit;

namespace Votes.Tests.Bench;

public sealed class MedianTests
{
    [Theory]
    [InlineData(new double[] { }, null)]
    [InlineData(new double[] { 7 }, 7.0)]
    [InlineData(new double[] { 9, 1, 5 }, 5.0)]
    [InlineData(new double[] { 9, 1, 5, 6 }, 5.5)]
    public void Median_is_the_middle_or_the_mean_of_the_two_in_the_middle(double[] values, double? expected)
    {
        Assert.Equal(expected, Median.Of(values));
    }

    [Fact]
    public void Ratio_is_the_median_of_the_rounds_ratios_and_not_the_ratio_of_medians()
    {
        RunResult[] runs = [
            Run("a", 1, 10), Run("b", 1, 10), Run("a", 2, 30), Run("b", 2, 10), Run("a", 3, 20), Run("b", 3, 40),
        ];

        // 1, 3 and 0.5; the medians are 20 and 10.
        Assert.Equal(1, Median.Ratio(runs, "a", "b", run => run.VotesPerSecond));
    }

    [Fact]
    public void Ratio_takes_only_rounds_in_which_both_runs_are_usable()
    {
        RunResult[] runs = [
            Run("a", 1, 10), Run("b", 1, 10) with { Exact = false }, Run("a", 2, 30), Run("b", 2, 10), Run("a", 3, 20),
        ];

        Assert.Equal(3, Median.Ratio(runs, "a", "b", run => run.VotesPerSecond));
    }

    [Fact]
    public void Ratio_without_a_pair_is_none()
    {
        Assert.Null(Median.Ratio([Run("a", 1, 10)], "a", "b", run => run.VotesPerSecond));
    }

    internal static RunResult Run(string name, int round, double rate) => new()
    {
        Case = name,
        Contestant = "ours",
        Round = round,
        StartedAt = DateTimeOffset.UnixEpoch,
        VotesPerSecond = rate,
        Exact = true,
    };
}
