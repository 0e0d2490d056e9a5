using Votes.Grains.Interfaces;
using Votes.Grains.Laws;
using Xunit;

namespace Votes.Tests.Grains.Laws;

public sealed class LawTests
{
    private static readonly DateTimeOffset Opens = new(2026, 1, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Closes = new(2026, 1, 1, 20, 0, 0, TimeSpan.Zero);
    private static readonly Law Windowed = new("law", LawStatus.Open, ["yes", "no"], Opens, Closes);

    [Theory]
    [InlineData(-1, RejectReason.CastTooEarly)]
    [InlineData(0, RejectReason.None)]
    [InlineData(1, RejectReason.None)]
    public void A_vote_cast_before_the_law_opened_is_rejected(int microseconds, RejectReason expected) =>
        Assert.Equal(expected, Windowed.Judge("yes", Micros.Since(Opens) + microseconds, true));

    [Theory]
    [InlineData(-1, RejectReason.None)]
    [InlineData(0, RejectReason.None)]
    [InlineData(1, RejectReason.CastTooLate)]
    public void A_vote_cast_after_the_law_closed_is_rejected(int microseconds, RejectReason expected) =>
        Assert.Equal(expected, Windowed.Judge("yes", Micros.Since(Closes) + microseconds, true));

    [Theory]
    [InlineData("yes", RejectReason.None)]
    [InlineData("Yes", RejectReason.UnknownChoice)]
    [InlineData("yes ", RejectReason.UnknownChoice)]
    [InlineData("abstain", RejectReason.UnknownChoice)]
    public void A_choice_must_be_one_of_the_laws_own(string choice, RejectReason expected) =>
        Assert.Equal(expected, Windowed.Judge(choice, Micros.Since(Opens), true));

    [Fact]
    public void Votes_on_a_closed_law_are_judged_by_the_transaction_that_would_count_them() =>
        Assert.Equal(
            RejectReason.None,
            (Windowed with { Status = LawStatus.Closed }).Judge("yes", Micros.Since(Opens), true));

    [Theory]
    [InlineData(true, RejectReason.None)]
    [InlineData(false, RejectReason.UnknownLaw)]
    public void An_unknown_law_takes_votes_only_where_that_is_accepted(bool accept, RejectReason expected) =>
        Assert.Equal(expected, Law.Unregistered("law").Judge("abstain", 0, accept));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(VoteSamples.NewYear)]
    [InlineData(-62_135_596_800_000_000)]
    [InlineData(253_402_300_799_999_999)]
    public void Microseconds_survive_the_way_to_a_date_and_back(long microseconds)
    {
        Assert.True(Micros.IsInRange(microseconds));
        Assert.Equal(microseconds, Micros.Since(Micros.ToUtc(microseconds)));
    }

    [Theory]
    [InlineData(-62_135_596_800_000_001)]
    [InlineData(253_402_300_800_000_000)]
    public void Moments_outside_the_years_1_to_9999_are_out_of_range(long microseconds) =>
        Assert.False(Micros.IsInRange(microseconds));
}
