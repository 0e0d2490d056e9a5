using Votes.LoadTest;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class LoadPlanTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(LoadPlan.MostVotes, true)]
    [InlineData(LoadPlan.MostVotes + 1, false)]
    public void Votes_have_a_limit(long votes, bool valid) =>
        Assert.Equal(valid, (LoadPlans.Mixed with { Votes = votes }).Problems().Count == 0);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(LoadPlan.MostLaws, true)]
    [InlineData(LoadPlan.MostLaws + 1, false)]
    public void Laws_have_a_limit(int laws, bool valid) =>
        Assert.Equal(valid, (LoadPlans.Mixed with { Laws = laws }).Problems().Count == 0);

    [Theory]
    [InlineData(-0.001, false)]
    [InlineData(0, true)]
    [InlineData(0.8, true)]
    [InlineData(0.801, false)]
    [InlineData(1.001, false)]
    [InlineData(double.NaN, false)]
    public void Shares_leave_a_tenth_for_first_votes(double duplicates, bool valid) =>
        Assert.Equal(valid, (LoadPlans.Mixed with { Duplicates = duplicates }).Problems().Count == 0);

    [Theory]
    [InlineData(-0.1, false)]
    [InlineData(10, true)]
    [InlineData(10.1, false)]
    [InlineData(double.NaN, false)]
    public void Skew_has_a_limit(double skew, bool valid) =>
        Assert.Equal(valid, (LoadPlans.Mixed with { Skew = skew }).Problems().Count == 0);

    [Fact]
    public void Law_ids_are_of_length_and_different()
    {
        Assert.Empty((LoadPlans.Mixed with { LawIds = ["a", new string('b', 128)] }).Problems());
        Assert.Single((LoadPlans.Mixed with { LawIds = ["a", "a"] }).Problems());
        Assert.Single((LoadPlans.Mixed with { LawIds = [""] }).Problems());
        Assert.Single((LoadPlans.Mixed with { LawIds = [new string('b', 129)] }).Problems());
        Assert.Single((LoadPlans.Mixed with { LawIds = [] }).Problems());
    }

    [Fact]
    public void A_problem_names_value_and_bound() =>
        Assert.Equal(
            ["the share of duplicates is 1.5; it must be from 0 to 1"],
            (LoadPlans.Mixed with { Duplicates = 1.5 }).Problems());

    [Fact]
    public void Settings_have_limits()
    {
        var settings = new LoadSettings();

        Assert.Empty(settings.Problems());
        Assert.Single((settings with { RatePerSecond = -1 }).Problems());
        Assert.Single((settings with { Connections = 0 }).Problems());
        Assert.Single((settings with { Connections = 65 }).Problems());
        Assert.Single((settings with { Window = 0 }).Problems());
        Assert.Single((settings with { QueueType = "stream" }).Problems());
        Assert.Single((settings with { StallLimit = TimeSpan.Zero }).Problems());
    }
}
