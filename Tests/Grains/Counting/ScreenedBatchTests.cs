using CsCheck;
using Votes.Grains.Counting;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;
using Xunit;

namespace Votes.Tests.Grains.Counting;

public sealed class ScreenedBatchTests
{
    private static readonly Law Law = new("law", LawStatus.Open, ["yes", "no"], null, null);

    [Fact]
    public void Every_vote_is_accepted_or_rejected_and_keeps_its_place() =>
        VoteSamples.Any.Array[1, 30].Sample(static votes =>
        {
            var screened = ScreenedBatch.Screen(VoteBatchWriter.Pack(votes), Law, acceptUnknownLaws: true);

            Assert.Equal(votes.Length, screened.Accepted.Length + screened.Rejected.Length);
            for (var i = 0; i < screened.Accepted.Length; i++)
            {
                Assert.Equal(votes[screened.IndexInBatch(i)], screened.Accepted[i]);
            }

            Assert.All(screened.Rejected, vote => Assert.DoesNotContain(votes[vote.Index].Choice, Law.Choices));
        });

    [Fact]
    public void A_moment_that_no_date_can_express_is_refused()
    {
        var batch = VoteBatchWriter.Pack([VoteSamples.By(1) with { CastAtMicroseconds = long.MaxValue }]);

        Assert.Throws<MalformedVoteBatchException>(() => ScreenedBatch.Screen(batch, Law, acceptUnknownLaws: true));
    }
}
