using Votes.Grains.Interfaces;
using Votes.Silo.Closing;
using Xunit;

namespace Votes.Tests.Silo.Closing;

public sealed class DrainWatchTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly DrainWatch _watch = new(Grace);

    [Fact]
    public void What_was_published_before_the_queue_was_empty_is_settled_once_ingests_settled_all_they_received_until_the_grace_after()
    {
        Assert.Null(Look(0, ready: 0));
        Assert.Null(Look(29, ready: 0));
        Assert.StartsWith("The queue was empty", _watch.WaitsFor);

        Assert.Equal(TimeSpan.Zero, Look(31, ready: 0));
        Assert.Null(_watch.WaitsFor);
    }

    [Fact]
    public void New_votes_that_come_all_the_time_do_not_hold_it_up()
    {
        Assert.Null(Look(0, ready: 0, oldest: 1));
        Assert.Null(Look(15, ready: 400, oldest: 1));

        Assert.Equal(TimeSpan.Zero, Look(32, ready: 900, oldest: 1));
    }

    [Fact]
    public void A_vote_that_an_ingest_holds_from_before_does()
    {
        Assert.Null(Look(0, ready: 0, oldest: 5));
        Assert.Null(Look(600, ready: 0, oldest: 605));

        Assert.Equal(TimeSpan.Zero, Look(602, ready: 0));
    }

    [Fact]
    public void While_votes_wait_in_the_queue_nothing_is_settled_and_it_says_how_many()
    {
        Assert.Null(Look(0, ready: 500));
        Assert.Null(Look(60, ready: 500));
        Assert.Equal("500 votes wait in the queue.", _watch.WaitsFor);
        Assert.Null(Look(62, ready: 0));

        Assert.Equal(TimeSpan.FromSeconds(62), Look(93, ready: 0));
    }

    [Fact]
    public void A_broker_that_cannot_be_asked_starts_it_anew()
    {
        Assert.Null(Look(0, ready: 0));
        Assert.Null(_watch.Look(new IntakeSample(TimeSpan.FromSeconds(20), null, null, null, "The broker does not answer.")));
        Assert.Equal("The broker does not answer.", _watch.WaitsFor);
        Assert.Null(Look(31, ready: 0));

        Assert.Equal(TimeSpan.FromSeconds(31), Look(62, ready: 0));
    }

    [Fact]
    public void A_connection_that_an_ingest_lost_starts_it_anew_as_its_votes_are_in_the_queue_again()
    {
        Assert.Null(Look(0, ready: 0));
        Assert.Null(Look(31, ready: 3, sessions: 1));
        Assert.Equal("3 votes wait in the queue.", _watch.WaitsFor);
        Assert.Null(Look(33, ready: 0, sessions: 1));

        Assert.Equal(TimeSpan.FromSeconds(33), Look(64, ready: 0, sessions: 1));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 7)]
    public void A_consumer_that_no_ingest_reports_is_waited_for(int consumers, int silence)
    {
        Assert.Null(Look(0, ready: 0, consumers: consumers, silence: silence));
        Assert.Null(Look(100, ready: 0, consumers: consumers, silence: silence));

        Assert.StartsWith($"The queue has {consumers} consumers, and Ingests report", _watch.WaitsFor);
    }

    [Fact]
    public void Without_any_consumer_an_empty_queue_is_all_there_is()
    {
        var sample = new IntakeSample(TimeSpan.Zero, 0, 0, [], null);
        Assert.Null(_watch.Look(sample));

        Assert.Equal(TimeSpan.Zero, _watch.Look(sample with { At = Grace }));
    }

    private TimeSpan? Look(int second, long ready, int? oldest = null, long sessions = 0, int consumers = 2, int silence = 0)
    {
        var report = new IngestReport(
            "ingest", "1", TimeSpan.FromSeconds(second), 2, 2, 0, 0, false, 0, 0, 0, false,
            oldest is { } age ? TimeSpan.FromSeconds(age) : null,
            sessions);
        var presence = new IngestPresence(report, TimeSpan.FromSeconds(silence), 0, 0);
        return _watch.Look(new IntakeSample(TimeSpan.FromSeconds(second), ready, consumers, [presence], null));
    }
}
