using Microsoft.Extensions.Time.Testing;
using Votes.Grains.Reports;
using Xunit;

namespace Votes.Tests.Grains.Reports;

public sealed class RecentEventsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_newest_come_first_and_the_oldest_go()
    {
        var events = new RecentEvents(_time);
        for (var number = 0; number <= RecentEvents.Most; number++)
        {
            events.Add($"kind {number}", "Warning", "Lane", $"message {number}");
        }

        Assert.Equal(RecentEvents.Most, events.Newest.Length);
        Assert.Equal(("message 100", "message 1"), (events.Newest[0].Message, events.Newest[^1].Message));
    }

    [Fact]
    public void What_is_told_again_and_again_takes_one_place_and_is_counted()
    {
        var events = new RecentEvents(_time);
        events.Add("lost", "Warning", "Lane", "1 vote waits");
        events.Add("other", "Error", "Lane", "something else");
        _time.Advance(TimeSpan.FromMinutes(1));
        events.Add("lost", "Warning", "Lane", "2 votes wait");

        Assert.Equal(
            [
                new SiloEvent(_time.GetUtcNow(), "Warning", "Lane", "2 votes wait", 2),
                new SiloEvent(_time.GetUtcNow().AddMinutes(-1), "Error", "Lane", "something else", 1),
            ],
            events.Newest);
    }

    [Fact]
    public void A_long_message_is_cut()
    {
        var events = new RecentEvents(_time);

        events.Add("long", "Error", "Lane", new string('x', 10_000));

        Assert.Equal(501, Assert.Single(events.Newest).Message.Length);
    }
}
