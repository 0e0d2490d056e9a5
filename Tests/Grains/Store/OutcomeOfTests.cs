using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Store;
using Xunit;
using static Votes.Grains.Counting.VoteOutcome;

namespace Votes.Tests.Grains.Store;

public sealed class OutcomeOfTests
{
    [Fact]
    public void A_vote_that_stands_twice_in_a_flush_is_counted_once()
    {
        var vote = VoteSamples.By(1);
        Assert.Equal([Counted, Redelivered], Settle([vote, vote], [Counted, Counted], [], repeats: 1));
    }

    [Fact]
    public void A_duplicate_that_stands_twice_in_a_flush_is_filed_once()
    {
        var (first, second) = (VoteSamples.By(1), VoteSamples.By(1, "no"));
        Assert.Equal(
            [Counted, Duplicate, Redelivered],
            Settle([first, second, second], [Counted, Redelivered, Redelivered], [second], repeats: 0));
    }

    [Fact]
    public void A_duplicate_on_record_is_redelivered()
    {
        var vote = VoteSamples.By(1);
        Assert.Equal([Redelivered], Settle([vote], [Redelivered], [], repeats: 0));
    }

    [Fact]
    public void Votes_on_a_closed_law_are_closed_out_unless_they_are_on_record()
    {
        var rows = new FlushRows();
        rows.Add("open", VoteSamples.By(1));
        rows.Add("closed", VoteSamples.By(1));
        rows.Add("closed", VoteSamples.By(2));
        VoteOutcome[] outcomes = [Counted, Counted, Redelivered];

        Assert.Equal(1, OutcomeOf.MarkClosed(rows, outcomes, ["closed"]));

        Assert.Equal([Counted, Closed, Redelivered], outcomes);
    }

    private static VoteOutcome[] Settle(CastVote[] votes, VoteOutcome[] outcomes, CastVote[] filed, int repeats)
    {
        var rows = new FlushRows();
        foreach (var vote in votes)
        {
            rows.Add("law", in vote);
        }

        OutcomeOf.Settle(rows, outcomes, [.. filed.Select(vote => ("law", vote.Voter, vote.VoteId))], repeats);
        return outcomes;
    }
}
