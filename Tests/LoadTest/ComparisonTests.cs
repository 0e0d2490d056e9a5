using CsCheck;
using Votes.LoadTest;
using Votes.LoadTest.Planning;
using Votes.LoadTest.Verifying;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class ComparisonTests
{
    private readonly MessagePlan _plan = new(LoadPlans.Mixed);
    private readonly List<PlannedMessage> _messages = LoadPlans.MessagesOf(LoadPlans.Mixed);

    [Fact]
    public void What_was_sent_is_exact()
    {
        var (differences, comparison) = Compare(Rows.Of(_messages, firstWins: true));

        Assert.Empty(differences.Counts);
        Assert.Equal((800, 100), (comparison.Counted, comparison.Duplicates));
    }

    [Fact]
    public void It_is_exact_whichever_vote_of_a_voter_was_first() => LoadPlans.Any.Sample(loadPlan =>
    {
        var plan = new MessagePlan(loadPlan);
        var differences = Compare(plan, Rows.Of(LoadPlans.MessagesOf(loadPlan), firstWins: false)).Differences;
        Assert.Empty(differences.Counts);
    });

    [Fact]
    public void Totals_are_those_of_the_rows()
    {
        var (_, comparison) = Compare(Rows.Of(_messages, firstWins: true));

        var laws = comparison.Totals(new Dictionary<string, long> { ["law-000001"] = 7 });
        Assert.Equal(_plan.Laws.Order(), laws.Select(law => law.LawId).Order());
        Assert.Equal(800, laws.Sum(law => law.Counted));
        Assert.Equal(800, laws.Sum(law => law.ByChoice.Values.Sum()));
        Assert.All(laws, law => Assert.Equal(law.Expected, law.Counted));
        Assert.All(laws, law => Assert.Equal(law.LawId == "law-000001" ? 7 : 0, law.Total));
        Assert.Equal(
            laws.OrderByDescending(law => law.Counted).Select(law => law.LawId), laws.Select(law => law.LawId));
    }

    [Fact]
    public void A_missing_vote_is_found()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        var missing = rows.Counted[17];
        // Its voter has no other vote, or that one would point at it.
        Assert.DoesNotContain(rows.Filed, filed => filed.Counted == missing);
        rows.Counted.RemoveAt(17);

        var difference = Only(DifferenceKind.MissingVote, rows);

        Assert.Contains(VoteIds.Create(_plan.RunId, missing).ToString(), difference.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_duplicate_is_found()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        rows.Filed.RemoveAt(0);

        Only(DifferenceKind.MissingDuplicate, rows);
    }

    [Fact]
    public void Two_votes_of_a_voter_are_found()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        rows.Counted.Add(rows.Filed[0].Index);
        rows.Filed.RemoveAt(0);

        Only(DifferenceKind.CountedTwice, rows);
    }

    [Fact]
    public void A_vote_with_two_rows_is_found()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        rows.Counted.Add(rows.Counted[0]);

        Only(DifferenceKind.CountedTwice, rows);
    }

    [Theory]
    [InlineData(MessageKind.Malformed)]
    [InlineData(MessageKind.Redelivery)]
    public void A_counted_vote_that_no_valid_message_has_is_found(MessageKind kind)
    {
        var rows = Rows.Of(_messages, firstWins: true);
        rows.Counted.Add(_messages.First(message => message.Kind == kind).Index);

        Only(DifferenceKind.UnknownVote, rows);
    }

    [Fact]
    public void A_counted_vote_past_the_plan_is_found()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        rows.Counted.Add(LoadPlans.Mixed.Votes);

        Only(DifferenceKind.UnknownVote, rows);
    }

    [Fact]
    public void A_counted_duplicate_is_found()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        var counted = rows.Filed[0].Counted;
        rows.Filed.Add((counted, counted));

        Only(DifferenceKind.CountedAndDuplicate, rows);
    }

    [Fact]
    public void A_duplicate_filed_twice_is_found()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        rows.Filed.Add(rows.Filed[0]);

        Only(DifferenceKind.UnknownDuplicate, rows);
    }

    [Fact]
    public void A_duplicate_that_points_elsewhere_is_found()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        var other = rows.Counted.First(index => index != rows.Filed[0].Counted);
        rows.Filed[0] = (rows.Filed[0].Index, other);

        Only(DifferenceKind.WrongCountedVote, rows);
    }

    [Fact]
    public void A_wrong_choice_is_found()
    {
        var difference = Only(DifferenceKind.WrongChoice, Rows.Of(_messages, firstWins: true), choice: "maybe");

        Assert.Contains("with choice maybe", difference.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_law_is_found() =>
        Only(DifferenceKind.WrongLaw, Rows.Of(_messages, firstWins: true), law: "elsewhere");

    [Fact]
    public void A_key_for_each_voter_and_law_is_as_right_as_one_for_each_voter()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        Assert.NotEqual(rows.Voters, rows.Counted.Count);

        var (differences, _) = Compare(rows with { ExtraKeys = rows.Counted.Count - rows.Voters });

        Assert.Empty(differences.Counts);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Another_number_of_voter_keys_is_found(int off)
    {
        var rows = Rows.Of(_messages, firstWins: true) with { ExtraKeys = off };

        Only(DifferenceKind.VoterKeys, rows);
    }

    [Fact]
    public void All_differences_are_counted_and_some_are_listed()
    {
        var rows = Rows.Of(_messages, firstWins: true);
        rows.Counted.Clear();
        rows.Filed.Clear();

        var (differences, _) = Compare(_plan, rows, listed: 3);

        Assert.Equal(800, differences.Counts[DifferenceKind.MissingVote]);
        Assert.Equal(100, differences.Counts[DifferenceKind.MissingDuplicate]);
        Assert.Equal(1, differences.Listed.Count(difference => difference.Kind == DifferenceKind.MissingDuplicate));
        Assert.InRange(differences.Listed.Count, 3, 4);
    }

    [Fact]
    public void Of_a_plan_published_in_part_only_that_part_is_expected()
    {
        var part = new PlanPart(_plan, _plan.Messages / 2);
        var sent = LoadPlans.MessagesOf(LoadPlans.Mixed)[..(int)part.Messages];
        var rows = Rows.Of(sent, firstWins: false);

        var (differences, comparison) = Compare(part, rows);

        Assert.Empty(differences.Counts);
        Assert.Equal((part.Ballots, part.Duplicates), (comparison.Counted, comparison.Duplicates));
        Assert.Equal(part.Ballots, comparison.Totals(new Dictionary<string, long>()).Sum(law => law.Expected));
    }

    [Fact]
    public void A_vote_beyond_the_published_part_was_never_sent()
    {
        var part = new PlanPart(_plan, _plan.Messages / 2);
        var all = LoadPlans.MessagesOf(LoadPlans.Mixed);
        var beyond = all.First(message => message.Index >= part.Messages && message.Kind == MessageKind.First);
        var rows = Rows.Of(all[..(int)part.Messages], firstWins: true);
        rows.Counted.Add(beyond.Index);

        var (differences, _) = Compare(part, rows);

        Assert.Equal(new Dictionary<DifferenceKind, long> { [DifferenceKind.UnknownVote] = 1 }, differences.Counts);
    }

    private Difference Only(DifferenceKind kind, Rows rows, string? law = null, string? choice = null)
    {
        var (differences, _) = Compare(_plan, rows, law: law, choice: choice);
        Assert.Equal(new Dictionary<DifferenceKind, long> { [kind] = 1 }, differences.Counts);
        return Assert.Single(differences.Listed);
    }

    private (DifferenceLog Differences, Comparison Comparison) Compare(Rows rows) => Compare(_plan, rows);

    private static (DifferenceLog Differences, Comparison Comparison) Compare(
        MessagePlan plan, Rows rows, int listed = 50, string? law = null, string? choice = null) =>
        Compare(new PlanPart(plan, plan.Messages), rows, listed, law, choice);

    private static (DifferenceLog Differences, Comparison Comparison) Compare(
        PlanPart part, Rows rows, int listed = 50, string? law = null, string? choice = null)
    {
        var plan = part.Plan;
        var differences = new DifferenceLog(listed);
        var comparison = new Comparison(part, differences);
        foreach (var (place, index) in rows.Counted.Index())
        {
            var message = plan.At(Math.Min(index, plan.Messages - 1));
            comparison.AddCounted(
                place == 0 && law is not null ? law : plan.Laws[message.Law],
                VoteIds.Create(plan.RunId, index),
                place == 0 && choice is not null ? choice : ChoiceOf(plan, message));
        }

        foreach (var (index, counted) in rows.Filed)
        {
            var message = plan.At(index);
            comparison.AddDuplicate(plan.Laws[message.Law], VoteIds.Create(plan.RunId, index),
                ChoiceOf(plan, message), VoteIds.Create(plan.RunId, counted));
        }

        comparison.Finish(rows.Voters + rows.ExtraKeys);
        return (differences, comparison);
    }

    private static string ChoiceOf(MessagePlan plan, PlannedMessage message) =>
        message.Choice < 0 ? "yes" : plan.ChoicesOf(message.Law)[message.Choice];

    /// <summary>The rows of a database, as the indexes of their messages.</summary>
    private sealed record Rows(List<long> Counted, List<(long Index, long Counted)> Filed, int Voters)
    {
        public int ExtraKeys { get; init; }

        /// <summary>
        /// What a right count leaves behind, with the first or the last vote of each voter committed first.
        /// </summary>
        public static Rows Of(List<PlannedMessage> messages, bool firstWins)
        {
            var valid = messages.Where(message => message.Kind is MessageKind.First or MessageKind.Duplicate).ToList();
            var ballots = valid.GroupBy(message => message.Ballot)
                .Select(votes => firstWins
                    ? votes.OrderBy(vote => vote.Kind).ToList()
                    : [.. votes.OrderByDescending(vote => vote.Index)])
                .ToList();
            return new(
                [.. ballots.Select(votes => votes[0].Index).Order()],
                [.. ballots.SelectMany(votes => votes.Skip(1).Select(vote => (vote.Index, votes[0].Index)))],
                valid.Select(message => message.Voter).Distinct().Count());
        }
    }
}
