using Microsoft.Extensions.Time.Testing;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Reports;
using Xunit;

namespace Votes.Tests.Grains.Reports;

public sealed class SiloActivityTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Rates_cover_the_whole_slice_before_and_the_one_that_goes_on()
    {
        var activity = new SiloActivity(_time);
        _time.Advance(SiloActivity.SliceLength);
        activity.Settled(counted: 50, redelivered: 10, duplicates: 5, rejected: 0);
        activity.Flushed(Flush(("a", 30), ("b", 20)), TimeSpan.FromSeconds(2));
        _time.Advance(SiloActivity.SliceLength);
        activity.Settled(counted: 25, redelivered: 0, duplicates: 0, rejected: 20);
        activity.Flushed(Flush(("b", 25)), TimeSpan.FromSeconds(1));
        _time.Advance(SiloActivity.SliceLength / 2);

        var (rates, lag, laws) = activity.Read();

        Assert.Equal(new OutcomeRates(10, 10 / 7.5, 5 / 7.5, 20 / 7.5), rates);
        Assert.Equal(TimeSpan.FromSeconds(2), lag);
        Assert.Equal([new HotLaw("b", 6), new HotLaw("a", 4)], laws);
        Assert.Equal(SiloActivity.SliceLength * 2.5, activity.Uptime);
    }

    [Fact]
    public void What_is_long_ago_is_forgotten()
    {
        var activity = new SiloActivity(_time);
        activity.Settled(counted: 50, redelivered: 1, duplicates: 1, rejected: 1);
        activity.Flushed(Flush(("a", 50)), TimeSpan.FromSeconds(2));
        _time.Advance(SiloActivity.SliceLength * 2);

        var (rates, lag, laws) = activity.Read();

        Assert.Equal(new OutcomeRates(0, 0, 0, 0), rates);
        Assert.Null(lag);
        Assert.Empty(laws);
    }

    [Fact]
    public void The_busiest_laws_alone_are_listed()
    {
        var activity = new SiloActivity(_time);

        activity.Flushed(Flush([.. Enumerable.Range(1, 11).Select(static law => ($"law {law:00}", (long)law))]), TimeSpan.Zero);

        var laws = activity.Read().HotLaws;
        Assert.Equal(SiloActivity.MostLaws, laws.Length);
        Assert.Equal(("law 11", "law 02"), (laws[0].LawId, laws[^1].LawId));
    }

    private static FlushResult Flush(params (string LawId, long Added)[] moved) =>
        new([], [.. moved.Select(static m => new MovedTotal(m.LawId, m.Added, new ChoiceTotal("yes", m.Added, 1)))]);
}
