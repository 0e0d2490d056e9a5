using Votes.Grains.Flush;
using Xunit;

namespace Votes.Tests.Grains.Flush;

public sealed class FlushScheduleTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly FlushSchedule _schedule = new(earlyVotes: 10, Interval);

    [Fact]
    public void Nothing_pending_is_never_due()
    {
        _schedule.Ask();
        Assert.Null(_schedule.DueIn(0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [InlineData(11, true)]
    public void Enough_votes_are_due_at_once(int pending, bool due) =>
        Assert.Equal(due ? TimeSpan.Zero : null, _schedule.DueIn(pending, TimeSpan.Zero));

    [Fact]
    public void Votes_that_nobody_asked_for_wait_for_the_timer() => Assert.Null(_schedule.DueIn(1, Interval * 100));

    [Fact]
    public void The_first_flush_that_is_asked_for_is_due_at_once()
    {
        _schedule.Ask();
        Assert.Equal(TimeSpan.Zero, _schedule.DueIn(1, TimeSpan.Zero));
    }

    [Fact]
    public void The_next_one_waits_until_the_least_time_since_the_last_has_passed()
    {
        _schedule.Started(TimeSpan.FromSeconds(1));
        _schedule.Ask();

        Assert.Equal(Interval, _schedule.DueIn(1, TimeSpan.FromSeconds(1)));
        Assert.Equal(Interval / 2, _schedule.DueIn(1, TimeSpan.FromSeconds(1) + (Interval / 2)));
        Assert.Equal(TimeSpan.Zero, _schedule.DueIn(1, TimeSpan.FromSeconds(1) + Interval));
    }

    [Fact]
    public void A_flush_answers_all_who_asked_before_it()
    {
        Assert.True(_schedule.Ask());
        Assert.False(_schedule.Ask());
        _schedule.Started(TimeSpan.Zero);

        Assert.Null(_schedule.DueIn(1, Interval * 2));
        Assert.True(_schedule.Ask());
    }
}
