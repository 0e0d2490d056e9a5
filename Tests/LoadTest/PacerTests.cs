using Microsoft.Extensions.Time.Testing;
using Votes.LoadTest.Publishing;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class PacerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PublishControl _control = new(new(LoadPlans.Mixed));

    [Fact]
    public void Without_a_rate_nobody_waits()
    {
        var pacer = new Pacer(0, _control, _time);

        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.Equal(TimeSpan.Zero, pacer.Next()));
    }

    [Fact]
    public void Messages_are_spread_evenly()
    {
        var pacer = new Pacer(100, _control, _time);

        Assert.All(Enumerable.Range(0, 500), n => Assert.Equal(TimeSpan.FromMilliseconds(10 * n), pacer.Next()));
    }

    [Fact]
    public void Nobody_waits_once_publishing_is_to_end()
    {
        var pacer = new Pacer(100, _control, _time);
        pacer.Next();
        Assert.Equal(TimeSpan.FromMilliseconds(10), pacer.Next());

        _control.End();

        Assert.Equal(TimeSpan.Zero, pacer.Next());
    }

    [Fact]
    public void A_short_delay_is_caught_up_with()
    {
        var pacer = new Pacer(100, _control, _time);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.All(Enumerable.Range(0, 101), _ => Assert.Equal(TimeSpan.Zero, pacer.Next()));
        Assert.Equal(TimeSpan.FromMilliseconds(10), pacer.Next());
    }

    [Fact]
    public void After_a_long_delay_only_the_last_second_is_caught_up_with()
    {
        var pacer = new Pacer(100, _control, _time);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.All(Enumerable.Range(0, 101), _ => Assert.Equal(TimeSpan.Zero, pacer.Next()));
        Assert.Equal(TimeSpan.FromMilliseconds(10), pacer.Next());
    }
}
