using Votes.Grains.Interfaces;
using Votes.Ingest.Configuration;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>What the dispatcher does when a call to a grain does not tell the outcome of its votes.</summary>
public sealed class VoteDispatcherRetryTests : VoteDispatcherScene
{
    [Fact]
    public void Failed_call_is_sent_again_as_it_was_when_its_wait_ends()
    {
        Dispatch("a", "a");
        var sent = Grains.Calls[0].VoteIds;
        Grains.Calls[0].Fail(new TimeoutException());
        Dispatch("a");
        Assert.Single(Grains.Calls);

        Time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Single(Grains.Calls);
        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(sent, Grains.Calls[1].VoteIds);
        Assert.Single(Grains.Calls[2].Votes);
        Grains.Calls[1].Count();
        Grains.Calls[2].Count();
        Assert.Equal(2, Settled.Count);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void Wait_doubles_up_to_its_bound_and_starts_over_after_a_success()
    {
        Dispatch("a");
        foreach (var milliseconds in new[] { 200, 400, 800, 1600, 3200, 5000, 5000 })
        {
            Grains.Open[0].Fail(new VotesNotDurableException());
            Time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
            Assert.Empty(Grains.Open);
            Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Single(Grains.Open);
        }

        Grains.Open[0].Count();
        Dispatch("a");
        Grains.Open[0].Fail(new VotesNotDurableException());
        Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Single(Grains.Open);
    }

    [Fact]
    public void Law_whose_calls_fail_holds_up_no_other()
    {
        Dispatch("a", "b");
        Grains.Calls[0].Fail(new TimeoutException());
        Grains.Calls[1].Count();
        Dispatch("b");

        Assert.Equal(["a", "b", "b"], Grains.Calls.Select(call => call.LawId));
    }

    [Fact]
    public void Calls_of_any_number_of_laws_may_fail_at_once_and_each_is_sent_again()
    {
        var fails = true;
        var grains = new FakeGrains
        {
            Answer = call => fails
                ? Task.FromException<VoteBatchOutcome>(new TimeoutException())
                : Task.FromResult(call.AllCounted),
        };
        Replace(new DispatchOptions(), grains);

        Dispatch([.. Enumerable.Range(0, 50_000).Select(law => $"law {law}")]);
        Assert.Equal(50_000, grains.Calls.Count);
        Assert.Equal(50_000, Dispatcher.ActiveLaws);

        fails = false;
        Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(100_000, grains.Calls.Count);
        Assert.Single(Settled);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void Law_that_waits_for_its_turn_when_another_call_of_it_fails_waits_out_the_back_off()
    {
        Replace(new DispatchOptions { CallsInFlight = 2, CallsInFlightPerLaw = 2 });
        Dispatch("a");
        Dispatch("b");
        Dispatch("a");
        Grains.Calls[0].Fail(new TimeoutException());
        Time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Equal(2, Grains.Calls.Count);

        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Grains.Calls[0].VoteIds, Grains.Calls[2].VoteIds);
        Grains.Calls[1].Count();
        Grains.Calls[2].Count();
        Grains.Calls[3].Count();
        Assert.Equal(3, Settled.Count);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void Answer_that_does_not_speak_of_each_vote_is_an_unknown_outcome()
    {
        VoteBatchOutcome[] answers =
        [
            new(1, 0, 0, []),
            new(3, 0, 0, []),
            new(3, -1, 0, []),
            new(1, 0, 0, [new RejectedVote(2, RejectReason.LawClosed)]),
            new(0, 0, 0, [new RejectedVote(1, RejectReason.LawClosed), new RejectedVote(1, RejectReason.LawClosed)]),
            new(1, 0, 0, [new RejectedVote(0, RejectReason.None)]),
        ];
        Dispatch("a", "a");
        foreach (var answer in answers)
        {
            Grains.Open[0].Finish(answer);
            Assert.Empty(Settled);
            Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Empty(DeadLetters);
        Grains.Open[0].Finish(new VoteBatchOutcome(0, 1, 1, null!));
        Assert.Single(Settled);
    }
}
