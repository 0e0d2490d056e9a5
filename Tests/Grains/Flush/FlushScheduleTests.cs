using Votes.Grains.Flush;
using Xunit;

namespace Votes.Tests.Grains.Flush;

public sealed class FlushScheduleTests
{
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly FlushSchedule _schedule = new(earlyVotes: 10, Early, Interval);

    [Fact]
    public void Nothing_pending_is_never_due()
    {
        _schedule.Ask();
        Assert.Null(_schedule.DueIn(0, TimeSpan.Zero, Interval * 100));
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [InlineData(11, true)]
    public void Enough_votes_are_due_at_once(int pending, bool due) =>
        Assert.Equal(due ? TimeSpan.Zero : Interval, _schedule.DueIn(pending, TimeSpan.Zero, TimeSpan.Zero));

    [Fact]
    public void Votes_that_nobody_asked_for_are_due_once_the_oldest_has_waited_for_the_interval()
    {
        var oldest = TimeSpan.FromSeconds(5);

        Assert.Equal(Interval, _schedule.DueIn(1, oldest, oldest));
        Assert.Equal(Interval / 4, _schedule.DueIn(1, oldest, oldest + (Interval * 3 / 4)));
        Assert.Equal(TimeSpan.Zero, _schedule.DueIn(1, oldest, oldest + Interval));
        Assert.Equal(TimeSpan.Zero, _schedule.DueIn(1, oldest, oldest + (Interval * 3)));
    }

    [Fact]
    public void Votes_that_are_old_wait_for_the_least_time_between_flushes_all_the_same()
    {
        _schedule.Started(Interval * 2, votes: 0);

        Assert.Equal(Early, _schedule.DueIn(1, TimeSpan.Zero, Interval * 2));
    }

    [Fact]
    public void The_first_flush_that_is_asked_for_is_due_at_once()
    {
        _schedule.Ask();
        Assert.Equal(TimeSpan.Zero, _schedule.DueIn(1, TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public void The_next_one_waits_until_the_least_time_since_the_last_has_passed()
    {
        var last = TimeSpan.FromSeconds(1);
        _schedule.Started(last, votes: 0);
        _schedule.Ask();

        Assert.Equal(Early, _schedule.DueIn(1, last, last));
        Assert.Equal(Early / 2, _schedule.DueIn(1, last, last + (Early / 2)));
        Assert.Equal(TimeSpan.Zero, _schedule.DueIn(1, last, last + Early));
    }

    [Fact]
    public void A_flush_answers_all_who_asked_before_it()
    {
        Assert.True(_schedule.Ask());
        Assert.False(_schedule.Ask());
        _schedule.Started(TimeSpan.Zero, votes: 0);

        Assert.Equal(Interval, _schedule.DueIn(1, Early * 2, Early * 2));
        Assert.True(_schedule.Ask());
    }

    [Fact]
    public void While_flushes_are_worth_it_whatever_comes_is_due_after_the_least_time()
    {
        _schedule.Started(Interval, votes: 1);

        Assert.Equal(Early, _schedule.DueIn(1, Interval, Interval));
        _schedule.Started(Interval + Early, votes: 0);
        var end = Interval * 2;
        Assert.Equal(TimeSpan.Zero, _schedule.DueIn(1, end, end - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(Interval, _schedule.DueIn(1, end, end));
    }
}
