using Votes.Ingest.Lanes;
using Xunit;
using static Votes.Ingest.Lanes.StallVerdict;

namespace Votes.Tests.Ingest;

public sealed class StallWatchTests
{
    private readonly StallWatch _watch = new(looksWithoutProgress: 2);

    [Fact]
    public void Idle_lane_asks_whether_messages_wait_and_a_busy_one_does_not()
    {
        Assert.Equal(AskWhetherMessagesWait, _watch.Look(0, 0, false));
        Assert.Equal(Fine, _watch.Look(100, 0, false));
        Assert.Equal(AskWhetherMessagesWait, _watch.Look(100, 0, false));
    }

    [Theory]
    [InlineData(0, 1, Fine)]
    [InlineData(1, 1, NotDelivered)]
    [InlineData(0, 0, NoConsumer)]
    [InlineData(1_000, 0, NoConsumer)]
    public void Queue_without_a_consumer_is_told_from_one_whose_messages_do_not_come(
        uint messages, uint consumers, StallVerdict verdict)
    {
        Assert.Equal(verdict, StallWatch.Judge(messages, consumers));
    }

    [Fact]
    public void Deliveries_held_for_no_known_cause_are_a_stall_after_so_many_looks()
    {
        Assert.Equal(Fine, _watch.Look(100, 100, false));
        Assert.Equal(Fine, _watch.Look(100, 100, false));
        Assert.Equal(Stalled, _watch.Look(100, 100, false));
    }

    [Fact]
    public void Deliveries_held_for_a_known_cause_are_no_stall_however_long_it_lasts()
    {
        for (var look = 0; look < 1_000; look++)
        {
            Assert.Equal(Fine, _watch.Look(100, 100, hasKnownCause: true));
        }

        Assert.Equal(Fine, _watch.Look(100, 100, false));
        Assert.Equal(Stalled, _watch.Look(100, 100, false));
    }

    [Fact]
    public void Any_delivery_or_ack_is_progress()
    {
        _watch.Look(100, 100, false);
        for (var look = 1; look < 50; look++)
        {
            Assert.Equal(Fine, _watch.Look(100, 100 - look, false));
        }

        for (var look = 1UL; look < 50; look++)
        {
            Assert.Equal(Fine, _watch.Look(100 + look, 51 + (long)look, false));
        }
    }
}
