using Votes.Bench.Results;
using Xunit;

namespace Votes.Tests.Bench;

public sealed class TargetsTests
{
    [Theory]
    [InlineData("ours/floor", 0.85, true)]
    [InlineData("ours/floor", 0.849, false)]
    [InlineData("own CPU per vote, ours/floor", 1.5, true)]
    [InlineData("own CPU per vote, ours/floor", 1.501, false)]
    [InlineData("GetTally p99 in a full drain", 20, true)]
    [InlineData("GetTally p99 in a full drain", 20.1, false)]
    public void Bound_to_reach_is_kept_up_to_itself(string name, double figure, bool kept)
    {
        var target = Targets.All.Single(one => one.Name == name);

        Assert.Equal(kept, target.Keeps(figure, target.Reach));
    }

    [Fact]
    public void No_figure_is_shown_of_runs_that_are_not_there()
    {
        Assert.All(Targets.All, target => Assert.Null(target.Figure([])));
    }
}
