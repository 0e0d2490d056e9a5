using Votes.Bench;
using Votes.Bench.Measuring;
using Xunit;

namespace Votes.Tests.Bench;

public sealed class DrainTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Rate_leaves_out_the_warm_up_and_the_time_that_it_took()
    {
        var drain = Drain.Of([At(0, 50), At(1, 60), At(2, 300), At(3, 300)], warmUp: 100);

        Assert.Equal(new Drain(Start.AddSeconds(1), Start.AddSeconds(3), 600, 2), drain);
        Assert.Equal(300, drain.VotesPerSecond);
    }

    [Theory]
    [InlineData(50, 3)]
    [InlineData(51, 2)]
    public void Warm_up_ends_with_the_commit_that_reaches_it(long warmUp, int commits)
    {
        var drain = Drain.Of([At(0, 50), At(1, 60), At(2, 300), At(3, 300)], warmUp);

        Assert.Equal(commits, drain.Commits);
    }

    [Fact]
    public void Commits_may_come_in_any_order()
    {
        Assert.Equal(
            Drain.Of([At(0, 1), At(1, 2), At(2, 3)], 1), Drain.Of([At(2, 3), At(0, 1), At(1, 2)], 1));
    }

    [Fact]
    public void Nothing_behind_the_warm_up_tells_no_rate()
    {
        Assert.Throws<BenchException>(() => Drain.Of([At(0, 50), At(1, 60)], 100));
        Assert.Throws<BenchException>(() => Drain.Of([], 1));
    }

    private static Commit At(int seconds, long votes) => new(Start.AddSeconds(seconds), votes);
}
