using Votes.Ingest.Configuration;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>What the dispatcher does when silos get more than they can do.</summary>
public sealed class VoteDispatcherOverloadTests : VoteDispatcherScene
{
    private const int Laws = 60_000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(2_000, 2.5)]
    [InlineData(8_000, 2.5)]
    [InlineData(30_000, 2.5)]
    [InlineData(100_000, 2.5)]
    [InlineData(2_000, 20)]
    [InlineData(100_000, 20)]
    public void Cold_laws_are_counted_at_half_of_what_silos_can_do_at_least(int callsInFlight, double milliseconds)
    {
        var cold = TimeSpan.FromMilliseconds(milliseconds);
        var grains = new OverloadedGrains(Time, cold, cold / 10);
        Replace(new DispatchOptions { CallsInFlight = callsInFlight }, grains.RecordAsync);
        DispatchLaws(0, Laws);

        Run(grains);

        var possible = (int)(Span / cold);
        Assert.InRange(grains.Recorded, possible / 2, possible);
    }

    [Fact]
    public void Calls_to_cold_laws_keep_to_their_own_bound_however_many_others_may_be_in_flight()
    {
        var grains = new OverloadedGrains(Time, TimeSpan.FromMilliseconds(0.5), TimeSpan.FromMilliseconds(0.05));
        Replace(new DispatchOptions { CallsInFlight = 100_000, ColdCallsInFlight = 256 }, grains.RecordAsync);
        for (var round = 0; round < 5; round++)
        {
            DispatchLaws(0, 10_000);
            Run(grains, () => Dispatcher.ActiveLaws == 0);
        }

        Assert.Equal(256, grains.MostActivating);
        Assert.Equal(50_000, grains.Recorded);
        Assert.Equal(5 * 100, Settled.Count);
    }

    [Fact]
    public void Warm_laws_and_cold_ones_do_not_keep_each_other_waiting()
    {
        Replace(new DispatchOptions { CallsInFlight = 4, ColdCallsInFlight = 4 });
        Dispatch("warm 1", "warm 2", "warm 3");
        foreach (var call in Grains.Open)
        {
            call.Count();
        }

        Dispatch("cold 1", "cold 2", "cold 3", "warm 1", "warm 2", "warm 3");
        Assert.Equal(["cold 1", "cold 2", "warm 1", "warm 2"], OpenLaws());
        Grains.Open.First(call => call.LawId == "cold 1").Count();
        Assert.Equal(["cold 2", "cold 3", "warm 1", "warm 2"], OpenLaws());
        Grains.Open.First(call => call.LawId == "cold 2").Count();
        Assert.Equal(["cold 3", "warm 1", "warm 2", "warm 3"], OpenLaws());

        IEnumerable<string> OpenLaws() => Grains.Open.Select(call => call.LawId).Order();
    }

    [Fact]
    public void Fewer_calls_are_in_flight_after_calls_timed_out_and_as_many_as_before_once_they_are_answered()
    {
        Replace(new DispatchOptions { CallsInFlight = 100, CallsInFlightAtLeast = 10 });
        DispatchLaws(0, 1_000);
        foreach (var call in Grains.Open)
        {
            call.Fail(new TimeoutException());
        }

        Assert.Equal(10, Grains.Open.Count);
        for (var round = 0; round < 10; round++)
        {
            foreach (var call in Grains.Open)
            {
                call.Count();
            }
        }

        Assert.Equal(100, Grains.Open.Count);
    }

    [Fact]
    public void Database_that_is_away_leaves_the_calls_in_flight_as_they_are()
    {
        Replace(new DispatchOptions { CallsInFlight = 100 });
        DispatchLaws(0, 1_000);
        for (var round = 0; round < 5; round++)
        {
            foreach (var call in Grains.Open)
            {
                call.Fail(new Votes.Grains.Interfaces.VotesNotDurableException());
            }
        }

        Assert.Equal(100, Grains.Open.Count);
    }

    private void DispatchLaws(int from, int count)
    {
        for (var law = from; law < from + count; law += 100)
        {
            Dispatch([.. Enumerable.Range(law, Math.Min(100, from + count - law)).Select(number => $"law {number}")]);
        }
    }

    private static void Run(OverloadedGrains grains, Func<bool>? isOver = null)
    {
        for (var at = TimeSpan.Zero; at < Span && isOver?.Invoke() != true; at += Step)
        {
            grains.Step(Step);
        }
    }
}
