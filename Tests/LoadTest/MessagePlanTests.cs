using CsCheck;
using Votes.LoadTest;
using Votes.LoadTest.Planning;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class MessagePlanTests
{
    [Fact]
    public void The_same_plan_gives_the_same_messages() =>
        LoadPlans.Any.Sample(plan => Assert.Equal(LoadPlans.MessagesOf(plan), LoadPlans.MessagesOf(plan with { })));

    [Fact]
    public void Another_seed_gives_other_messages() => Assert.NotEqual(
        LoadPlans.MessagesOf(LoadPlans.Mixed), LoadPlans.MessagesOf(LoadPlans.Mixed with { Seed = 2 }));

    [Fact]
    public void Amounts_are_exact() => LoadPlans.Any.Sample(plan =>
    {
        var counts = LoadPlans.MessagesOf(plan).CountBy(message => message.Kind).ToDictionary();
        var duplicates = Rounded(plan.Duplicates * plan.Votes);
        var redeliveries = Rounded(plan.Redeliveries * plan.Votes);
        var malformed = Rounded(plan.Malformed * plan.Votes);
        Assert.Equal(duplicates, counts.GetValueOrDefault(MessageKind.Duplicate));
        Assert.Equal(redeliveries, counts.GetValueOrDefault(MessageKind.Redelivery));
        Assert.Equal(malformed, counts.GetValueOrDefault(MessageKind.Malformed));
        Assert.Equal(plan.Votes - duplicates - redeliveries - malformed, counts.GetValueOrDefault(MessageKind.First));
    });

    [Fact]
    public void Each_ballot_has_one_first_vote() => LoadPlans.Any.Sample(plan =>
    {
        var firsts = LoadPlans.MessagesOf(plan).Where(message => message.Kind == MessageKind.First);
        var ballots = new MessagePlan(plan).Ballots;
        Assert.Equal(
            Enumerable.Range(0, (int)ballots).Select(n => (long)n), firsts.Select(first => first.Ballot).Order());
    });

    [Fact]
    public void A_duplicate_is_of_a_ballots_voter_and_law() => LoadPlans.Any.Sample(plan =>
    {
        var messages = LoadPlans.MessagesOf(plan);
        var firsts = messages.Where(message => message.Kind == MessageKind.First).ToDictionary(first => first.Ballot);
        Assert.All(messages.Where(message => message.Kind == MessageKind.Duplicate), duplicate =>
        {
            var first = firsts[duplicate.Ballot];
            Assert.Equal((first.Voter, first.Law), (duplicate.Voter, duplicate.Law));
            Assert.NotEqual(first.Index, duplicate.Index);
        });
    });

    [Fact]
    public void A_redelivery_repeats_a_vote_of_its_block() => LoadPlans.Any.Sample(plan =>
    {
        var messages = LoadPlans.MessagesOf(plan);
        var blocks = new MessagePlan(plan);
        Assert.All(messages.Where(message => message.Kind == MessageKind.Redelivery), redelivery =>
        {
            var source = messages[(int)redelivery.Source];
            Assert.True(source.Kind is MessageKind.First or MessageKind.Duplicate);
            Assert.Equal(
                source with { Index = redelivery.Index, Kind = MessageKind.Redelivery }, redelivery);
            Assert.Contains(Enumerable.Range(0, (int)blocks.BlockCount).Select(block => blocks.Block(block)),
                block => block.Start <= source.Index && source.Index < block.End
                    && block.Start <= redelivery.Index && redelivery.Index < block.End);
        });
    });

    [Fact]
    public void Blocks_cover_the_plan_without_gap_or_overlap() => LoadPlans.Any.Sample(plan =>
    {
        var messages = new MessagePlan(plan);
        var next = 0L;
        for (long block = 0; block < messages.BlockCount; block++)
        {
            var (start, end) = messages.Block(block);
            Assert.Equal(next, start);
            Assert.True(end > start);
            next = end;
        }

        Assert.Equal(plan.Votes, next);
    });

    [Fact]
    public void No_voter_has_two_ballots_on_one_law() => LoadPlans.Any.Sample(plan =>
    {
        var firsts = LoadPlans.MessagesOf(plan).Where(message => message.Kind == MessageKind.First).ToList();
        Assert.Equal(firsts.Count, firsts.DistinctBy(first => (first.Voter, first.Law)).Count());
    });

    [Fact]
    public void Some_voters_vote_on_two_laws()
    {
        var firsts = LoadPlans.MessagesOf(LoadPlans.Mixed).Where(message => message.Kind == MessageKind.First).ToList();

        Assert.Equal(800, firsts.Count);
        Assert.InRange(firsts.Select(first => first.Voter).Distinct().Count(), 400, 600);
    }

    [Fact]
    public void Some_duplicates_have_another_choice_and_most_do_not()
    {
        var messages = LoadPlans.MessagesOf(LoadPlans.Mixed with { Votes = 10_000 });
        var firsts = messages.Where(message => message.Kind == MessageKind.First).ToDictionary(first => first.Ballot);
        var others = messages.Count(message =>
            message.Kind == MessageKind.Duplicate && message.Choice != firsts[message.Ballot].Choice);

        Assert.InRange(others, 50, 150);
    }

    [Fact]
    public void Every_malformed_kind_is_there_as_often_as_the_others()
    {
        var amount = MalformedMessage.Kinds.Count * 3;
        var plan = LoadPlans.Mixed with { Votes = amount * 10, Malformed = 0.1 };
        var kinds = LoadPlans.MessagesOf(plan).Where(message => message.Kind == MessageKind.Malformed)
            .CountBy(message => message.Malformed).ToDictionary();

        Assert.Equal(MalformedMessage.Kinds.Order(), kinds.Keys.Order());
        Assert.All(kinds.Values, count => Assert.Equal(3, count));
    }

    [Fact]
    public void Skew_gives_laws_their_weight()
    {
        var even = new MessagePlan(LoadPlans.Mixed with { Votes = 100_000, Laws = 3 });
        var skewed = new MessagePlan(LoadPlans.Mixed with { Votes = 100_000, Laws = 3, Skew = 1 });

        // 80,000 ballots: a third each, and 6/11, 3/11 and 2/11 of them.
        Assert.All(VotesPerLaw(even), votes => Assert.InRange(votes, 26_000, 27_300));
        Assert.Collection(VotesPerLaw(skewed),
            votes => Assert.InRange(votes, 43_000, 44_300),
            votes => Assert.InRange(votes, 21_200, 22_500),
            votes => Assert.InRange(votes, 13_900, 15_200));
    }

    [Fact]
    public void Choices_of_a_law_are_those_it_names()
    {
        var plan = LoadPlans.Mixed with
        {
            LawIds = ["first", "second"],
            Choices = new Dictionary<string, IReadOnlyList<string>> { ["second"] = ["red"] },
        };
        var messages = new MessagePlan(plan);

        Assert.Equal(LoadPlan.DefaultChoices, messages.ChoicesOf(0));
        Assert.Equal(["red"], messages.ChoicesOf(1));
        Assert.All(LoadPlans.MessagesOf(plan).Where(m => m.Law == 1 && m.Kind != MessageKind.Malformed),
            message => Assert.Equal(0, message.Choice));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000)]
    public void An_index_outside_the_plan_is_refused(long index) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MessagePlan(LoadPlans.Mixed).At(index));

    [Fact]
    public void The_largest_plan_reaches_its_ends()
    {
        var plan = new MessagePlan(LoadPlans.Mixed with { Votes = LoadPlan.MostVotes });

        Assert.Equal(0, plan.At(0).Index);
        Assert.Equal(LoadPlan.MostVotes - 1, plan.At(LoadPlan.MostVotes - 1).Index);
        Assert.Equal(800_000_000, plan.Ballots);
    }

    private static long Rounded(double number) => (long)Math.Round(number, MidpointRounding.AwayFromZero);

    private static int[] VotesPerLaw(MessagePlan plan)
    {
        var votes = new int[plan.Laws.Count];
        for (long ballot = 0; ballot < plan.Ballots; ballot++)
            votes[plan.LawOf(ballot)]++;
        return votes;
    }
}
