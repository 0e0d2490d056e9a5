using System.Reflection;
using Votes.DeadLetters;
using Votes.Grains.Interfaces;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ops;

public sealed class LetterReasonsTests
{
    [Fact]
    public void A_body_that_is_no_vote_stays_what_it_is()
    {
        var ofBodies = typeof(PoisonReason).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(static field => (string)field.GetRawConstantValue()!)
            .Where(static reason => reason != PoisonReason.RefusedByGrain);

        Assert.All(ofBodies, static reason => Assert.False(LetterReasons.CanSucceed(reason), reason));
    }

    [Theory]
    [InlineData(RejectReason.LawClosed, false)]
    [InlineData(RejectReason.UnknownLaw, true)]
    [InlineData(RejectReason.UnknownChoice, true)]
    [InlineData(RejectReason.CastTooEarly, true)]
    [InlineData(RejectReason.CastTooLate, true)]
    [InlineData(RejectReason.RefusedByDatabase, true)]
    public void A_closed_law_stays_closed_and_other_laws_can_change(RejectReason reason, bool canSucceed) =>
        Assert.Equal(canSucceed, LetterReasons.CanSucceed(PoisonReason.Of(reason).Reason));

    [Fact]
    public void A_replay_of_all_leaves_what_it_cannot_help_unless_the_reason_or_the_letter_is_named()
    {
        var closed = Letters.Read(Letters.Vote(1, "law-7"), "law_closed", "law_id");

        Assert.False(new LetterFilter().FitsReplay(closed));
        Assert.False(new LetterFilter { Law = "law-7" }.FitsReplay(closed));
        Assert.True(new LetterFilter { Reason = "law_closed" }.FitsReplay(closed));
        Assert.True(new LetterFilter { Id = closed.Id }.FitsReplay(closed));
        Assert.False(new LetterFilter { Reason = "not_json" }.FitsReplay(closed));
    }
}
