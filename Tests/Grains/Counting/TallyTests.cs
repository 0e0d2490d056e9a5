using CsCheck;
using Votes.Grains.Counting;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;
using Xunit;

namespace Votes.Tests.Grains.Counting;

public sealed class TallyTests
{
    private static readonly Law Law = Law.Unregistered("law").Registered();

    [Fact]
    public void Pending_votes_are_told_apart_from_durable_ones()
    {
        var tally = new Tally();
        tally.Set(new ChoiceTotal("yes", 5, 2));
        tally.Accept("yes");
        tally.Accept("no");

        var answer = tally.ToLawTally(Law, DateTimeOffset.UnixEpoch, isFinal: false);

        Assert.Equal(
            [new ChoiceTally("yes", 5, 1), new ChoiceTally("no", 0, 1), new ChoiceTally("abstain", 0, 0)],
            answer.Choices);
        Assert.Equal(2, tally.Pending);
    }

    [Fact]
    public void A_total_is_set_not_added()
    {
        var tally = new Tally();
        tally.Set(new ChoiceTotal("yes", 5, 1));
        tally.Set(new ChoiceTotal("yes", 7, 2));

        Assert.Equal(7, tally.Durable("yes"));
    }

    [Fact]
    public void A_total_older_than_the_one_held_is_passed_over()
    {
        var tally = new Tally();
        tally.Set(new ChoiceTotal("yes", 7, 2));

        Assert.False(tally.Set(new ChoiceTotal("yes", 5, 1)));
        Assert.Equal(7, tally.Durable("yes"));
    }

    [Fact]
    public void A_total_that_was_repaired_downwards_is_taken_over()
    {
        var tally = new Tally();
        tally.Set(new ChoiceTotal("yes", 7, 2));

        Assert.True(tally.Set(new ChoiceTotal("yes", 6, 3)));
        Assert.Equal(6, tally.Durable("yes"));
    }

    [Fact]
    public void Totals_are_restated_as_they_are_on_record_and_the_version_grows()
    {
        var tally = new Tally();
        tally.Set(new ChoiceTotal("yes", 7, 3));
        tally.Set(new ChoiceTotal("no", 5, 2));
        tally.Accept("yes");

        var restated = tally.Restate([new ChoiceTotal("yes", 6, 1), new ChoiceTotal("abstain", 1, 1)]);

        Assert.Equal((6, 0, 1), (tally.Durable("yes"), tally.Durable("no"), tally.Durable("abstain")));
        Assert.Equal((7, 1, 1, 6), (tally.DurableTotal, tally.Pending, tally.VersionOf("yes"), tally.Version));
        Assert.Equal(["yes True", "no True", "abstain False"], restated.Select(static t => $"{t.Now.Choice} {t.WentBack}"));
    }

    [Theory]
    [InlineData(7, 3, 0, false)]
    [InlineData(6, 4, 1, false)]
    [InlineData(8, 3, 1, false)]
    [InlineData(6, 3, 1, true)]
    [InlineData(6, 2, 1, true)]
    public void A_record_that_is_older_than_memory_has_gone_back(long total, long version, long grows, bool wentBack)
    {
        var tally = new Tally();
        tally.Set(new ChoiceTotal("yes", 7, 3));

        var restated = tally.Restate([new ChoiceTotal("yes", total, version)]);

        Assert.Equal(3 + grows, tally.Version);
        Assert.Equal(wentBack, restated.Any(static change => change.WentBack));
        Assert.Equal(total, tally.Durable("yes"));
    }

    [Fact]
    public void The_version_never_goes_back_and_grows_with_every_change() =>
        Gen.Select(Gen.Bool.Select(static yes => yes ? "yes" : "no"), Gen.Long[0, 100], Gen.Long[1, 100]).Array.Sample(static sets =>
        {
            var tally = new Tally();
            foreach (var (choice, total, version) in sets)
            {
                var before = tally.Version;
                var changed = tally.Set(new ChoiceTotal(choice, total, version));
                Assert.Equal(changed, tally.Version > before);
                Assert.True(tally.Version >= before);
            }
        });

    [Fact]
    public void Totals_do_not_depend_on_the_order_in_which_they_arrive() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int).Sample(static (versions, seed) =>
        {
            var inOrder = new Tally();
            var shuffled = new Tally();
            var totals = Enumerable.Range(1, versions).Select(i => new ChoiceTotal("yes", i * 3, i)).ToArray();
            foreach (var total in totals)
            {
                inOrder.Set(total);
            }

            new Random(seed).Shuffle(totals);
            foreach (var total in totals)
            {
                shuffled.Set(total);
            }

            Assert.Equal(inOrder.Durable("yes"), shuffled.Durable("yes"));
            Assert.Equal(inOrder.Version, shuffled.Version);
        });

    [Fact]
    public void What_is_settled_is_no_longer_pending()
    {
        var tally = new Tally();
        tally.Accept("yes");
        tally.Settle("yes");

        Assert.Equal(0, tally.Pending);
        Assert.Throws<InvalidOperationException>(() => tally.Settle("yes"));
    }

    [Fact]
    public void A_choice_that_the_law_lost_is_still_shown_where_it_holds_votes()
    {
        var tally = new Tally();
        tally.Set(new ChoiceTotal("maybe", 3, 1));
        tally.Set(new ChoiceTotal("never", 0, 1));

        Assert.Equal(
            ["yes", "no", "abstain", "maybe"],
            tally.ToLawTally(Law, DateTimeOffset.UnixEpoch, isFinal: false).Choices.Select(static row => row.Choice));
    }
}
