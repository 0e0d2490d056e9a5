using Votes.Ingest.Laws;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class CallWindowTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);

    private TimeSpan _now;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(255, 255)]
    [InlineData(256, 256)]
    [InlineData(100_000, 256)]
    public void Starts_with_the_first_limit_or_the_largest_that_is_allowed(int most, int limit) =>
        Assert.Equal(limit, Window(most).Limit);

    [Fact]
    public void Doubles_up_to_the_usual_limit_and_grows_by_an_eighth_from_there_while_answers_are_fast()
    {
        var window = Window(2_600);
        Answer(window, 255, Fast);
        Assert.Equal(256, window.Limit);
        Answer(window, 1, Fast);
        foreach (var limit in new[] { 512, 1_024, 2_000, 2_250, 2_531, 2_600, 2_600 })
        {
            Assert.Equal(limit, window.Limit);
            Answer(window, window.Limit, Fast);
        }
    }

    [Fact]
    public void Reaches_the_largest_limit_that_the_options_allow()
    {
        var window = Window(100_000);
        for (var round = 0; round < 50; round++)
        {
            Answer(window, window.Limit, Fast);
        }

        Assert.Equal(100_000, window.Limit);
    }

    [Fact]
    public void Grows_slowly_up_to_the_usual_limit_while_answers_are_late_and_not_while_they_are_slow()
    {
        var window = Window(30_000);
        Answer(window, 256, Late);
        Assert.Equal(288, window.Limit);
        Answer(window, 288, Slow);
        Assert.Equal(288, window.Limit);
        for (var round = 0; round < 50; round++)
        {
            Answer(window, window.Limit, Late);
        }

        Assert.Equal(2_000, window.Limit);
    }

    [Fact]
    public void Stays_where_no_call_waited_for_it()
    {
        var window = Window(30_000);
        Answer(window, 256, Fast, isFull: false);
        Assert.Equal(256, window.Limit);
    }

    [Fact]
    public void Slow_answers_shrink_it_to_the_usual_limit_and_no_further()
    {
        var window = Usual();
        Answer(window, 2_000, Fast);
        Answer(window, 2_250, Fast);
        Assert.Equal(2_531, window.Limit);
        for (var round = 0; round < 20; round++)
        {
            Answer(window, window.Limit, Slow);
        }

        Assert.Equal(2_000, window.Limit);
    }

    [Fact]
    public void Call_that_times_out_takes_its_place_along_at_once_whenever_it_was_sent()
    {
        var window = Usual();
        var before = window.Round - 1;
        Assert.True(window.TimedOut(window.Round, _now));
        Assert.Equal(1_999, window.Limit);
        Assert.True(window.TimedOut(before, _now));
        Assert.Equal(1_998, window.Limit);
        TimeOut(window, 1_900);
        Assert.Equal(98, window.Limit);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 10)]
    [InlineData(100_000, 200)]
    public void Least_limit_is_kept_however_many_calls_time_out(int most, int least)
    {
        var window = new CallWindow(most, 200, Patience);
        TimeOut(window, 10_000);
        Assert.False(window.TimedOut(window.Round, _now));
        Assert.Equal(least, window.Limit);
    }

    [Theory]
    [InlineData(43, 469)]
    [InlineData(42, 940)]
    public void Does_not_grow_in_a_round_in_which_a_tenth_of_the_calls_timed_out(int timeouts, int limit)
    {
        var window = Window(30_000);
        Answer(window, 256, Fast);
        window.Full();
        TimeOut(window, timeouts);
        Answer(window, 512 - (2 * timeouts), Fast);
        Assert.Equal(limit, window.Limit);
    }

    [Fact]
    public void Answers_of_calls_that_were_sent_in_an_earlier_round_do_not_count()
    {
        var window = Window(30_000);
        var before = window.Round;
        Answer(window, 256, Fast);
        window.Full();
        for (var call = 0; call < 10_000; call++)
        {
            window.Answered(before, Fast, _now);
        }

        Assert.Equal(512, window.Limit);
    }

    [Fact]
    public void Round_that_lasts_for_longer_than_callers_wait_is_begun_anew()
    {
        var window = Window(30_000);
        Answer(window, 200, Fast);
        _now += Patience;
        Answer(window, 1, Fast);
        Answer(window, 255, Fast);
        Assert.Equal(256, window.Limit);
        Answer(window, 1, Fast);
        Assert.Equal(512, window.Limit);
    }

    private static CallWindow Window(int most) => new(most, 32, Patience);

    private CallWindow Usual()
    {
        var window = Window(30_000);
        foreach (var limit in new[] { 256, 512, 1_024 })
        {
            Answer(window, limit, Fast);
        }

        Assert.Equal(CallWindow.Usual, window.Limit);
        return window;
    }

    private void Answer(CallWindow window, int calls, TimeSpan took, bool isFull = true)
    {
        if (isFull)
        {
            window.Full();
        }

        for (var call = 0; call < calls; call++)
        {
            window.Answered(window.Round, took, _now);
        }
    }

    private void TimeOut(CallWindow window, int calls)
    {
        for (var call = 0; call < calls; call++)
        {
            window.TimedOut(window.Round, _now);
        }
    }
}
