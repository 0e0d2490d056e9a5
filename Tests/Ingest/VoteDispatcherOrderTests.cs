using CsCheck;
using Votes.Grains.Interfaces;
using Votes.Ingest.Configuration;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>In which order one person's votes on a law, from one consumer, reach the law's grain.</summary>
public sealed class VoteDispatcherOrderTests : VoteDispatcherScene
{
    private static readonly Guid Ann = Guid.NewGuid();

    [Fact]
    public void Second_vote_of_a_person_is_sent_when_the_first_is_settled()
    {
        Dispatch(NewVote("a", Ann, "yes"));
        Dispatch(NewVote("a", Ann, "no"), NewVote("a", Guid.NewGuid(), "no"));
        Assert.Equal(["yes", "no"], Grains.Calls.Select(call => call.Votes.Single().Choice));
        Assert.NotEqual(Ann, Grains.Calls[1].Votes[0].Voter);

        Grains.Calls[1].Count();
        Assert.Equal(2, Grains.Calls.Count);
        Grains.Calls[0].Count();
        Assert.Equal((Ann, "no"), (Grains.Calls[2].Votes[0].Voter, Grains.Calls[2].Votes[0].Choice));
        Grains.Calls[2].Count();
        Assert.Equal(2, Settled.Count);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void Second_vote_of_a_person_does_not_overtake_the_first_whose_call_fails()
    {
        Dispatch(NewVote("a", Ann, "yes"));
        Dispatch(NewVote("a", Ann, "no"));
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Grains.Open.Single().Fail(new TimeoutException());
            Time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal("yes", Grains.Open.Single().Votes.Single().Choice);
        }

        Grains.Open.Single().Count();
        Assert.Equal("no", Grains.Open.Single().Votes.Single().Choice);
    }

    [Fact]
    public void Votes_of_a_person_that_wait_together_travel_together_in_their_order()
    {
        Replace(new DispatchOptions { CallsInFlightPerLaw = 1 });
        Dispatch("a");
        Dispatch(NewVote("a", Ann, "yes"), NewVote("a", Ann, "no"), NewVote("a", Ann, "abstain"));
        Grains.Calls[0].Count();
        Assert.Equal(["yes", "no", "abstain"], Grains.Calls[1].Votes.Select(vote => vote.Choice));
    }

    [Fact]
    public void Votes_of_a_person_on_two_laws_do_not_wait_for_each_other()
    {
        Dispatch(NewVote("a", Ann, "yes"), NewVote("b", Ann, "no"));
        Assert.Equal(2, Grains.Open.Count);
    }

    [Fact]
    public void Vote_that_waits_for_one_whose_channel_is_lost_is_dropped_with_it()
    {
        Dispatch(NewVote("a", Ann, "yes"));
        Dispatch(NewVote("a", Ann, "no"));
        Current.Retire();
        Grains.Open.Single().Fail(new TimeoutException());
        Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(Grains.Open);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void More_votes_of_one_person_than_a_call_takes_are_sent_in_their_order()
    {
        var choices = Enumerable.Range(0, (2 * VoteBatch.MaxVotes) + 10).Select(number => $"{number}").ToArray();
        Dispatch([.. choices.Select(choice => NewVote("a", Ann, choice))]);
        var sent = new List<string>();
        while (Grains.Open is [var call, ..])
        {
            Assert.Single(Grains.Open);
            sent.AddRange(call.Votes.Select(vote => vote.Choice));
            call.Count();
        }

        Assert.Equal(choices, sent);
        Assert.Single(Settled);
        Assert.Equal(0, Dispatcher.ActiveLaws);
    }

    [Fact]
    public void Whatever_happens_no_vote_is_sent_before_an_earlier_one_of_its_person_is_settled() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 1_000_000]).Array[1, 200].Sample(steps =>
        {
            var grains = new FakeGrains();
            var order = new Dictionary<(string Law, Guid Voter), List<Guid>>();
            var done = new HashSet<Guid>();
            var checkedCalls = 0;
            Replace(new DispatchOptions { CallsInFlight = 5, CallsInFlightPerLaw = 3 }, grains);
            foreach (var (kind, choice) in steps)
            {
                Step(kind, choice);
            }

            while (Dispatcher.ActiveLaws > 0)
            {
                Step(3, 0);
                Time.Advance(TimeSpan.FromSeconds(5));
            }

            Assert.Equal(order.Values.Sum(votes => votes.Count), done.Count);

            void Step(int kind, int choice)
            {
                switch (kind)
                {
                    case 0:
                        Deliver(choice);
                        break;
                    case 1:
                        Time.Advance(TimeSpan.FromMilliseconds(choice % 3_000));
                        break;
                    default:
                        Answer(kind, choice);
                        break;
                }

                foreach (var call in grains.Calls.Skip(checkedCalls))
                {
                    Check(call);
                }

                checkedCalls = grains.Calls.Count;
            }

            // Few voters and more than a few votes: both ways to find a person's earlier vote are gone.
            void Deliver(int choice)
            {
                var random = new Random(choice);
                var votes = Enumerable.Range(0, 1 + random.Next(30)).Select(_ => NewVote(
                    $"law {random.Next(2)}", new Guid(random.Next(40), 0, 0, new byte[8]), "yes")).ToArray();
                foreach (var vote in votes)
                {
                    var key = (vote.LawId, vote.Cast.Voter);
                    order.TryAdd(key, []);
                    order[key].Add(vote.Cast.VoteId);
                }

                Dispatch(votes);
            }

            void Answer(int kind, int choice)
            {
                if (grains.Open is not { Count: > 0 } open)
                {
                    return;
                }

                var call = open[choice % open.Count];
                if (kind == 2)
                {
                    call.Fail(new TimeoutException());
                }
                else if (kind == 4 && call.Votes.Length > 1)
                {
                    call.Fail(new MalformedVoteBatchException("malformed"));
                }
                else
                {
                    done.UnionWith(call.VoteIds);
                    call.Count();
                }
            }

            void Check(FakeCall call)
            {
                var here = new HashSet<Guid>();
                foreach (var vote in call.Votes)
                {
                    var earlier = order[(call.LawId, vote.Voter)].TakeWhile(id => id != vote.VoteId);
                    Assert.All(earlier, id => Assert.True(done.Contains(id) || here.Contains(id)));
                    here.Add(vote.VoteId);
                }
            }
        }, threads: 1);
}
