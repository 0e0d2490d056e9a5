using System.Text;
using CsCheck;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class VoteParserPropertyTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 1, 64],
        Gen.OneOf("é", "😀", "~ ", "\"", "\\", "/", "€").Array[1, 32].Select(string.Concat));

    private static readonly byte[] Syntax = "{}[]\",:\\u\0"u8.ToArray();

    [Fact]
    public void No_sequence_of_bytes_throws() =>
        Gen.Byte.Array[0, 300].Sample(body =>
            Assert.Equal(Message.Parser().TryParse(body, 0, out _, out var poison), poison == default));

    [Fact]
    public void No_message_that_was_spoiled_throws_and_what_passes_is_in_bounds()
    {
        var mutation = Gen.Select(Gen.Int[0, 400], Gen.OneOf(Gen.Byte, Gen.OneOf(Syntax)));
        Gen.Select(Text, Text, mutation.Array[1, 6]).Sample((law, voter, mutations) =>
        {
            var body = Encoding.UTF8.GetBytes(
                Message.Json(lawId: law, voterId: voter, castAt: "2026-03-01T12:00:00Z", more: @"""x"":[{""y"":1}]"));
            foreach (var (place, octet) in mutations)
            {
                body[place % body.Length] = octet;
            }

            if (Message.Parser().TryParse(body, 0, out var vote, out var poison))
            {
                Assert.InRange(vote.LawId.EnumerateRunes().Count(), 1, VoteParser.MaxLawIdCharacters);
                Assert.DoesNotContain(vote.LawId, char.IsControl);
            }
            else
            {
                Assert.NotEmpty(poison.Reason);
            }
        });
    }

    [Fact]
    public void No_truncated_message_is_a_vote()
    {
        var body = Encoding.UTF8.GetBytes(Message.Json(voterId: "é😀", castAt: "2026-03-01T12:00:00Z"));
        for (var length = 0; length < body.Length; length++)
        {
            Message.Bad(body[..length]);
        }
    }

    [Fact]
    public void Every_valid_message_comes_back_as_it_was_written() =>
        Gen.Select(Gen.Guid, Text, Text, Text).Sample((voteId, law, voter, choice) =>
        {
            // Blanks at the ends are refused.
            (law, choice) = (law.TrimEnd(' '), choice.TrimEnd(' '));
            var vote = Message.Good(Message.Json(voteId.ToString(), law, voter, choice));
            Assert.Equal(law, vote.LawId);
            Assert.Equal(voteId, vote.Cast.VoteId);
            Assert.Equal(choice, vote.Cast.Choice);
            Assert.Equal(Message.KeyOf(voter, law), vote.Cast.Voter);
        });
}
