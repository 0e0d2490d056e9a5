using CsCheck;
using Votes.Grains;
using Xunit;

namespace Votes.Tests.Grains;

public sealed class BusiestLawsTests
{
    [Fact]
    public void Laws_get_names_while_there_are_names_left()
    {
        var busiest = new BusiestLaws(2);
        busiest.Counted("a", 1);
        busiest.Counted("b", 1);
        busiest.Counted("c", 100);

        Assert.Equal(["a", "b"], busiest.Named.Order());
    }

    [Fact]
    public void A_clearly_busier_law_takes_a_name_away()
    {
        var busiest = new BusiestLaws(1);
        busiest.Counted("a", 10);
        busiest.Counted("b", 21);

        Assert.Equal(["a"], busiest.Rank());
        Assert.Equal(["b"], busiest.Named);
    }

    [Fact]
    public void A_law_of_like_traffic_does_not()
    {
        var busiest = new BusiestLaws(1);
        busiest.Counted("a", 10);
        busiest.Counted("b", 19);

        Assert.Empty(busiest.Rank());
        Assert.Equal(["a"], busiest.Named);
    }

    [Fact]
    public void A_quiet_law_keeps_its_name_while_nobody_needs_it()
    {
        var busiest = new BusiestLaws(2);
        busiest.Counted("a", 10);
        busiest.Rank();
        busiest.Counted("b", 10);
        busiest.Rank();

        Assert.Equal(["a", "b"], busiest.Named.Order());
    }

    [Fact]
    public void There_are_never_more_names_than_were_asked_for() =>
        Gen.Select(Gen.Int[0, 5], Gen.Select(Gen.Int[0, 20], Gen.Int[1, 9]).Array[0, 60]).Sample(static (keep, counts) =>
        {
            var busiest = new BusiestLaws(keep);
            for (var i = 0; i < counts.Length; i++)
            {
                busiest.Counted($"law {counts[i].Item1}", counts[i].Item2);
                if (i % 7 == 0)
                {
                    busiest.Rank();
                }

                Assert.True(busiest.Named.Count <= keep);
            }
        });
}
