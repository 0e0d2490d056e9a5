using CsCheck;
using Votes.Grains.Interfaces;
using Votes.Tests.Grains;
using Xunit;

namespace Votes.Tests.GrainsInterfaces;

public sealed class VoteBatchTests
{
    [Fact]
    public void Votes_come_out_of_a_batch_as_they_went_in() =>
        VoteSamples.Any.Array[1, 50].Sample(static votes =>
        {
            var reader = new VoteBatchReader(VoteBatchWriter.Pack(votes));
            Assert.Equal(votes.Length, reader.Count);
            for (var i = 0; i < votes.Length; i++)
            {
                Assert.Equal(votes[i], reader[i]);
            }
        });

    [Fact]
    public void A_vote_takes_42_bytes_and_each_choice_is_written_once()
    {
        var batch = VoteBatchWriter.Pack(VoteSamples.Of(100));

        Assert.Equal(3 + (2 + "yes".Length) + (100 * 42), batch.Packed.Length);
    }

    [Fact]
    public void A_batch_carries_the_backlog_flag() =>
        Assert.True(VoteBatchWriter.Pack(VoteSamples.Of(1), backlog: true).Backlog);

    [Theory]
    [InlineData(1, true)]
    [InlineData(VoteBatch.MaxVotes, true)]
    [InlineData(0, false)]
    [InlineData(VoteBatch.MaxVotes + 1, false)]
    public void A_batch_has_1_to_max_votes(int votes, bool fits) =>
        Assert.Equal(fits, Succeeds(() => VoteBatchWriter.Pack(VoteSamples.Of(votes))));

    [Theory]
    [InlineData(1, true)]
    [InlineData(VoteBatch.MaxChoiceBytes, true)]
    [InlineData(0, false)]
    [InlineData(VoteBatch.MaxChoiceBytes + 1, false)]
    public void A_choice_has_1_to_256_bytes(int bytes, bool fits) =>
        Assert.Equal(fits, Succeeds(() => VoteBatchWriter.Pack([VoteSamples.By(1, new string('a', bytes))])));

    [Fact]
    public void A_batch_may_have_a_choice_for_every_vote()
    {
        CastVote[] votes = [.. Enumerable.Range(0, VoteBatch.MaxVotes).Select(i => VoteSamples.By(i, $"choice {i}"))];

        var reader = new VoteBatchReader(VoteBatchWriter.Pack(votes));

        Assert.Equal(VoteBatch.MaxVotes, reader.Choices.Length);
        Assert.Equal(votes[^1], reader[votes.Length - 1]);
    }

    [Fact]
    public void Bytes_that_are_no_batch_are_refused_and_nothing_else_is_thrown() =>
        Gen.Byte.Array[0, 200].Sample(static bytes =>
        {
            try
            {
                var reader = new VoteBatchReader(new VoteBatch(bytes, false));
                for (var i = 0; i < reader.Count; i++)
                {
                    _ = reader[i];
                }
            }
            catch (Exception exception) when (exception is MalformedVoteBatchException or UnknownBatchFormatException)
            {
                // What the contract says.
            }
        });

    [Fact]
    public void A_batch_cut_short_anywhere_is_refused()
    {
        var whole = VoteBatchWriter.Pack(VoteSamples.Of(1)).Packed;
        for (var length = 0; length < whole.Length; length++)
        {
            var cut = whole[..length];
            Assert.Throws<MalformedVoteBatchException>(() => new VoteBatchReader(new VoteBatch(cut, false)).Count);
        }
    }

    [Fact]
    public void A_vote_that_names_a_choice_beyond_the_list_is_refused()
    {
        var packed = VoteBatchWriter.Pack(VoteSamples.Of(1)).Packed;
        packed[^2] = 7;

        Assert.Throws<MalformedVoteBatchException>(() => new VoteBatchReader(new VoteBatch(packed, false))[0]);
    }

    private static bool Succeeds(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
