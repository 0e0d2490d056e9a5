using RabbitMQ.Client;
using Votes.Grains.Interfaces;
using Votes.Ingest.Configuration;
using Votes.Ingest.Lanes;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class VoteDispatcherTests : VoteDispatcherScene
{
    [Fact]
    public void Votes_of_one_law_travel_together_and_settle_their_batch()
    {
        var batch = Dispatch("a", "b", "a");

        Assert.Equal(["a", "b"], Grains.Calls.Select(call => call.LawId));
        Assert.Equal([2, 1], Grains.Calls.Select(call => call.Votes.Length));
        Grains.Calls[0].Count();
        Assert.Empty(Settled);
        Grains.Calls[1].Count();
        Assert.Equal([batch], Settled);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void Votes_that_arrive_while_a_laws_calls_are_in_flight_travel_together()
    {
        Dispatch("a");
        Dispatch("a");
        Dispatch("a", "a");
        Dispatch("a", "a", "a");
        Assert.Equal([1, 1], Grains.Calls.Select(call => call.Votes.Length));

        Grains.Calls[1].Count();

        Assert.Equal([1, 1, 5], Grains.Calls.Select(call => call.Votes.Length));
        Grains.Calls[0].Count();
        Assert.Equal(3, Grains.Calls.Count);
        Grains.Calls[2].Count();
        Assert.Equal(4, Settled.Count);
    }

    [Fact]
    public void Call_carries_as_many_votes_as_it_may_and_no_more()
    {
        Dispatch("a");
        Dispatch("a");
        Dispatch([.. Enumerable.Repeat("a", VoteBatch.MaxVotes + 1)]);
        Grains.Calls[0].Count();
        Grains.Calls[1].Count();

        Assert.Equal([1, 1, VoteBatch.MaxVotes, 1], Grains.Calls.Select(call => call.Votes.Length));
        Grains.Calls[3].Count();
        Grains.Calls[2].Count();
        Assert.Equal(3, Settled.Count);
    }

    [Fact]
    public void Calls_in_flight_are_bounded_for_the_whole_process()
    {
        Replace(new DispatchOptions { CallsInFlight = 3, CallsInFlightPerLaw = 2 });

        Dispatch("a", "b", "c", "d", "e");
        Assert.Equal(["a", "b", "c"], Grains.Calls.Select(call => call.LawId));

        Grains.Calls[1].Count();
        Assert.Equal(["a", "b", "c", "d"], Grains.Calls.Select(call => call.LawId));
        while (Grains.Open.Count > 0)
        {
            Grains.Open[0].Count();
        }

        Assert.Equal(5, Grains.Calls.Count);
        Assert.Single(Settled);
    }

    [Fact]
    public void Rejected_votes_are_dead_lettered_and_settle_once_they_are()
    {
        var batch = Dispatch("a", "b", "a", "a");
        Grains.Calls[1].Count();
        Grains.Calls[0].Finish(new VoteBatchOutcome(1, 0, 0, [
            new RejectedVote(2, RejectReason.LawClosed),
            new RejectedVote(0, RejectReason.UnknownChoice),
        ]));

        Assert.Equal([3, 0], DeadLetters.Select(letter => letter.Index));
        Assert.Equal(["law_closed", "unknown_choice"], DeadLetters.Select(letter => letter.Poison.Reason));
        Assert.Equal(["law_id", "choice"], DeadLetters.Select(letter => letter.Poison.Field));
        Assert.Empty(Settled);
        batch.Settle(2);
        Assert.Equal([batch], Settled);
    }

    [Fact]
    public void Poison_messages_are_dead_lettered_and_the_others_go_on()
    {
        var batch = new DeliveryBatch(Current, 3, Time.GetTimestamp());
        batch.Add(++Tag, new BasicProperties(), "first"u8, new Poison(PoisonReason.NotJson, "", "broken"));
        batch.Add(++Tag, new BasicProperties(), "second"u8, NewVote("a"));
        batch.Add(++Tag, new BasicProperties(), "third"u8, new Poison(PoisonReason.Empty, "choice", "empty"));
        batch.Close();
        Dispatcher.Dispatch(batch);

        Assert.Single(Assert.Single(Grains.Calls).Votes);
        Assert.Equal(["first", "third"], DeadLetters.Select(
            letter => System.Text.Encoding.UTF8.GetString(letter.Batch.Body(letter.Index).Span)));
        Grains.Calls[0].Count();
        batch.Settle(2);
        Assert.Equal([batch], Settled);
    }

    [Fact]
    public void Vote_that_the_grain_calls_malformed_is_found_and_dead_lettered_and_the_others_are_counted()
    {
        var batch = Dispatch([.. Enumerable.Repeat("a", 9)]);
        var bad = Grains.Calls[0].VoteIds[5];
        while (Grains.Open.Count > 0)
        {
            var call = Grains.Open[0];
            if (call.VoteIds.Contains(bad))
            {
                call.Fail(new MalformedVoteBatchException("malformed"));
            }
            else
            {
                call.Count();
            }
        }

        var letter = Assert.Single(DeadLetters);
        Assert.Equal(5, letter.Index);
        Assert.Equal(PoisonReason.RefusedByGrain, letter.Poison.Reason);
        batch.Settle(1);
        Assert.Equal([batch], Settled);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void Votes_of_a_lost_channel_are_not_sent_any_more_and_nothing_of_it_is_settled()
    {
        Dispatch("a");
        Dispatch("a");
        Dispatch("a");
        Current.Retire();
        Grains.Calls[0].Count();
        Grains.Calls[1].Fail(new TimeoutException());
        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(2, Grains.Calls.Count);
        Assert.Empty(Settled);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void Votes_of_a_lane_that_holds_more_than_half_of_its_prefetch_ask_for_an_early_flush()
    {
        Current.Delivered(500);
        Dispatch("a");
        Current.Delivered(501);
        Dispatch("a");

        Assert.Equal([false, true], Grains.Calls.Select(call => call.Backlog));
    }

    [Fact]
    public void Laws_are_forgotten_when_their_votes_are_durable()
    {
        Dispatch([.. Enumerable.Range(0, 1000).Select(law => $"law {law}")]);
        Assert.Equal(1000, Dispatcher.ActiveLaws);
        while (Grains.Open is [_, ..] open)
        {
            foreach (var call in open)
            {
                call.Count();
            }
        }

        Assert.Equal(1000, Grains.Calls.Count);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void Grain_that_answers_at_once_is_no_special_case()
    {
        var grains = new FakeGrains { Answer = call => Task.FromResult(call.AllCounted) };
        Replace(new DispatchOptions { CallsInFlightPerLaw = 1, CallsInFlight = 1 }, grains);

        for (var batch = 0; batch < 50; batch++)
        {
            Dispatch([.. Enumerable.Range(0, 100).Select(law => $"law {law}")]);
        }

        Assert.Equal(50, Settled.Count);
        Assert.Equal(5000, grains.Calls.Sum(call => call.Votes.Length));
    }

    [Fact]
    public void Grains_of_any_number_of_laws_may_answer_at_once()
    {
        var grains = new FakeGrains { Answer = call => Task.FromResult(call.AllCounted) };
        Replace(new DispatchOptions(), grains);

        Dispatch([.. Enumerable.Range(0, 50_000).Select(law => $"law {law}")]);

        Assert.Equal(50_000, grains.Calls.Count);
        Assert.Single(Settled);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }
}
