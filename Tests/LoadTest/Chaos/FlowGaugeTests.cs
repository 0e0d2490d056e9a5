using Votes.LoadTest.Chaos.Watching;
using Xunit;

namespace Votes.Tests.LoadTest.Chaos;

public sealed class FlowGaugeTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    private readonly FlowGauge _gauge = new(expected: 100, window: TimeSpan.FromSeconds(1));
    private TimeSpan _now;
    private long _one;
    private long _other;

    [Fact]
    public void The_rate_is_what_the_last_window_counted()
    {
        Go(seconds: 3, perStep: (10, 10));

        Assert.Equal(100, _gauge.Rate);
        Assert.Equal(300, _gauge.Total);
    }

    [Fact]
    public void Votes_that_never_stopped_have_recovered_after_one_window()
    {
        Go(seconds: 3, perStep: (10, 10));
        _gauge.WatchSince(_now);

        Go(seconds: 0.8, perStep: (10, 10));
        Assert.Null(_gauge.RecoveredAt);
        Go(seconds: 0.2, perStep: (10, 10));
        Assert.Equal(TimeSpan.FromSeconds(4), _gauge.RecoveredAt);
    }

    [Fact]
    public void Below_80_percent_nothing_has_recovered()
    {
        Go(seconds: 3, perStep: (10, 10));
        _gauge.WatchSince(_now);

        Go(seconds: 5, perStep: (8, 7));
        Assert.Null(_gauge.RecoveredAt);
        Go(seconds: 1, perStep: (8, 8));
        Assert.Equal(TimeSpan.FromSeconds(9), _gauge.RecoveredAt);
    }

    [Fact]
    public void A_law_that_stands_keeps_the_cluster_from_having_recovered()
    {
        Go(seconds: 3, perStep: (10, 10));
        _gauge.WatchSince(_now);

        Go(seconds: 5, perStep: (20, 0));
        Assert.Null(_gauge.RecoveredAt);
        Assert.Equal(1, _gauge.LawsStanding);
        Go(seconds: 0.2, perStep: (20, 1));
        Assert.Equal(0, _gauge.LawsStanding);
        Assert.Equal(_now, _gauge.RecoveredAt);
    }

    [Fact]
    public void A_gap_without_samples_counts_as_time_without_votes()
    {
        Go(seconds: 3, perStep: (10, 10));
        _gauge.WatchSince(_now);
        _now += TimeSpan.FromSeconds(10);

        Go(seconds: 0.2, perStep: (10, 10));
        Assert.Null(_gauge.RecoveredAt);
        Assert.InRange(_gauge.Rate, 1, 3);
        Go(seconds: 1, perStep: (10, 10));
        Assert.Equal(_now, _gauge.RecoveredAt);
    }

    [Fact]
    public void A_second_watch_forgets_the_first()
    {
        Go(seconds: 3, perStep: (10, 10));
        _gauge.WatchSince(_now);
        Go(seconds: 2, perStep: (10, 10));
        Assert.NotNull(_gauge.RecoveredAt);

        _gauge.WatchSince(_now);

        Assert.Null(_gauge.RecoveredAt);
    }

    private void Go(double seconds, (long One, long Other) perStep)
    {
        for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end;)
        {
            _now += Step;
            _one += perStep.One;
            _other += perStep.Other;
            _gauge.Add(_now, new Dictionary<string, long> { ["one"] = _one, ["other"] = _other });
        }
    }
}
