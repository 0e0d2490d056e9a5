using System.Text;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class VoteParserTests
{
    [Fact]
    public void Good_message_is_read_field_by_field()
    {
        var vote = Message.Good(Message.Json(castAt: "2026-03-01T13:00:00.5+01:00"));

        Assert.Equal("law-1", vote.LawId);
        Assert.Equal(Guid.Parse(Message.VoteId), vote.Cast.VoteId);
        Assert.Equal(Message.KeyOf("ann"), vote.Cast.Voter);
        Assert.Equal("yes", vote.Cast.Choice);
        Assert.Equal(1_772_366_400_500_000, vote.Cast.CastAtMicroseconds);
    }

    [Fact]
    public void Absent_cast_at_is_when_the_message_was_received() =>
        Assert.Equal(Message.ReceivedAt, Message.Good(Message.Json()).Cast.CastAtMicroseconds);

    [Fact]
    public void Cast_at_of_null_is_absent() =>
        Assert.Equal(Message.ReceivedAt, Message.Good(With("cast_at", "null")).Cast.CastAtMicroseconds);

    [Fact]
    public void Voter_is_the_same_wherever_the_law_stands_in_the_message()
    {
        var behind = Message.Good(With("extra", "1", "voter_id", "vote_id", "choice", "law_id"));

        Assert.Equal(Message.KeyOf("ann"), behind.Cast.Voter);
    }

    [Fact]
    public void Nothing_of_one_message_is_left_for_the_next()
    {
        var parser = Message.Parser();
        var dated = Encoding.UTF8.GetBytes(Message.Json(castAt: "2000-01-01T00:00:00Z"));

        Assert.True(parser.TryParse(dated, 1, out _, out _));
        Assert.True(parser.TryParse(Encoding.UTF8.GetBytes(Message.Json()), 2, out var vote, out _));
        Assert.Equal(2, vote.Cast.CastAtMicroseconds);
        Assert.False(parser.TryParse("{}"u8, 3, out vote, out _));
        Assert.Equal(default, vote);
    }

    [Fact]
    public void Known_law_and_choice_are_not_decoded_again()
    {
        var parser = Message.Parser();
        var body = Encoding.UTF8.GetBytes(Message.Json());

        Assert.True(parser.TryParse(body, 0, out var first, out _));
        Assert.True(parser.TryParse(body, 0, out var second, out _));
        Assert.Same(first.LawId, second.LawId);
        Assert.Same(first.Cast.Choice, second.Cast.Choice);
    }

    [Theory]
    [InlineData("\"extra\":null")]
    [InlineData("\"extra\":1e999")]
    [InlineData("\"extra\":\"\\ud800\"")]
    [InlineData("\"\\ud800\":1")]
    [InlineData("\"extra\":{\"vote_id\":1,\"law_id\":[null]}")]
    [InlineData("\"extra\":1,\"extra\":2")]
    [InlineData("\"VOTE_ID\":\"another field\"")]
    public void Fields_that_are_not_ours_are_ignored(string more) => Message.Good(Message.Json(more: more));

    [Fact]
    public void Deep_nesting_in_a_field_that_is_not_ours_is_ignored() =>
        Message.Good(Message.Json(more: $"\"extra\":{new string('[', 4000)}{new string(']', 4000)}"));

    [Theory]
    [InlineData(@"{""\u0076ote_id"":""0198c9a4-77f2-7d3e-9a51-2f6d1c5b8e01""")]
    [InlineData(@"  { ""vote_id"" : ""0198C9A4-77F2-7D3E-9A51-2F6D1C5B8E01"" ")]
    [InlineData(@"{""vote_id"":""\u0030198c9a4-77f2-7d3e-9a51-2f6d1c5b8e01""")]
    public void Any_way_to_write_the_same_JSON_is_the_same_message(string start)
    {
        var vote = Message.Good(start + @",""law_id"":""\u006caw-1"",""voter_id"":""a\nn"",""choice"":""\u0079es""} ");

        Assert.Equal(Guid.Parse(Message.VoteId), vote.Cast.VoteId);
        Assert.Equal("law-1", vote.LawId);
        Assert.Equal("yes", vote.Cast.Choice);
        Assert.Equal(Message.KeyOf("a\nn"), vote.Cast.Voter);
    }

    [Fact]
    public void Missing_field_is_poison_and_is_named()
    {
        Message.AssertPoison(PoisonReason.MissingField, "vote_id", Message.Bad(Message.Json(voteId: null)));
        Message.AssertPoison(PoisonReason.MissingField, "law_id", Message.Bad(Message.Json(lawId: null)));
        Message.AssertPoison(PoisonReason.MissingField, "voter_id", Message.Bad(Message.Json(voterId: null)));
        Message.AssertPoison(PoisonReason.MissingField, "choice", Message.Bad(Message.Json(choice: null)));
        Message.AssertPoison(PoisonReason.MissingField, "vote_id", Message.Bad("{}"));
    }

    [Theory]
    [InlineData("vote_id")]
    [InlineData("law_id")]
    [InlineData("voter_id")]
    [InlineData("choice")]
    [InlineData("cast_at")]
    public void Field_of_another_type_is_poison_whatever_the_type(string field)
    {
        var wrong = new[] { "1", "1e999", "99999999999999999999", "true", "{}", "[\"yes\"]" };

        // An optional field may be null.
        foreach (var value in field == "cast_at" ? wrong : [.. wrong, "null"])
        {
            Message.AssertPoison(PoisonReason.WrongType, field, Message.Bad(With(field, value)));
        }
    }

    [Theory]
    [InlineData("vote_id")]
    [InlineData("law_id")]
    [InlineData("voter_id")]
    [InlineData("choice")]
    [InlineData("cast_at")]
    public void Field_that_occurs_twice_is_poison_even_with_the_same_value(string field)
    {
        var json = Message.Json(castAt: "2026-03-01T12:00:00Z");
        var start = json.IndexOf($"\"{field}\"", StringComparison.Ordinal);
        var end = json.IndexOf('"', json.IndexOf(":\"", start, StringComparison.Ordinal) + 2) + 1;

        Message.AssertPoison(PoisonReason.DuplicateField, field, Message.Bad($"{json[..^1]},{json[start..end]}}}"));
    }

    [Fact]
    public void Field_that_occurs_twice_is_found_behind_an_escaped_name() =>
        Message.AssertPoison(
            PoisonReason.DuplicateField, "choice", Message.Bad(Message.Json(more: @"""choic\u0065"":""no""")));

    [Theory]
    [InlineData("vote_id")]
    [InlineData("law_id")]
    [InlineData("voter_id")]
    [InlineData("choice")]
    [InlineData("cast_at")]
    public void Empty_field_is_poison(string field) =>
        Message.AssertPoison(PoisonReason.Empty, field, Message.Bad(With(field, "\"\"")));

    [Theory]
    [InlineData(" ")]
    [InlineData("\u00a0\u3000")]
    public void A_law_id_of_white_space_alone_is_poison(string lawId) =>
        Message.AssertPoison(PoisonReason.Empty, "law_id", Message.Bad(With("law_id", $"\"{lawId}\"")));

    [Theory]
    [InlineData(" ")]
    [InlineData("  ")]
    [InlineData(@"\u00a0\u3000\t\n")]
    [InlineData(@"\u200b")]
    [InlineData(@"\u2060 \ufeff\u0000")]
    public void A_voter_id_that_shows_nothing_is_poison(string voterId) =>
        Message.AssertPoison(PoisonReason.Empty, "voter_id", Message.Bad(With("voter_id", $"\"{voterId}\"")));

    [Theory]
    [InlineData("ann", "Ann")]
    [InlineData("ann", " ann")]
    [InlineData("ann", "ann ")]
    [InlineData("ann", "a\u200bnn")]
    [InlineData("ann1", "ann\uff11")]
    public void Case_blanks_and_invisible_characters_make_another_voter(string one, string other) =>
        Assert.NotEqual(
            Message.Good(Message.Json(voterId: one)).Cast.Voter, Message.Good(Message.Json(voterId: other)).Cast.Voter);

    [Theory]
    [InlineData("law_id", 128)]
    [InlineData("voter_id", 256)]
    [InlineData("choice", 64)]
    public void Text_at_its_limit_is_read_and_one_character_more_is_poison(string field, int limit)
    {
        foreach (var character in new[] { "a", "é", "€", "😀", @"\u00e9", @"\ud83d\ude00" })
        {
            Message.Good(With(field, Repeat(character, 1)));
            Message.Good(With(field, Repeat(character, limit - 1)));
            Message.Good(With(field, Repeat(character, limit)));
            Message.AssertPoison(PoisonReason.TooLong, field, Message.Bad(With(field, Repeat(character, limit + 1))));
        }
    }

    [Theory]
    [InlineData(@"\u0000")]
    [InlineData(@"\n")]
    [InlineData(@"\u001f")]
    [InlineData("\u007f")]
    [InlineData("\u0080")]
    [InlineData(@"\u0085")]
    [InlineData("\u009f")]
    public void Control_character_in_law_or_choice_is_poison_and_in_a_voter_id_is_not(string control)
    {
        Message.AssertPoison(PoisonReason.ControlCharacter, "law_id", Message.Bad(With("law_id", $"\"a{control}b\"")));
        Message.AssertPoison(PoisonReason.ControlCharacter, "choice", Message.Bad(With("choice", $"\"a{control}b\"")));
        Message.Good(With("voter_id", $"\"a{control}b\""));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("~")]
    [InlineData("\u00a1")]
    [InlineData("À")]
    public void Neighbours_of_control_characters_are_text(string character)
    {
        Assert.Equal($"a{character}b", Message.Good(With("law_id", $"\"a{character}b\"")).LawId);
        Assert.Equal($"a{character}b", Message.Good(With("choice", $"\"a{character}b\"")).Cast.Choice);
    }

    [Theory]
    [InlineData("\u200b")]
    [InlineData(@"\u200b")]
    [InlineData("\u202e")]
    [InlineData("\u00a0")]
    [InlineData("\u2028")]
    [InlineData("\u3164")]
    [InlineData("\ue000")]
    public void A_character_that_cannot_be_seen_is_poison_in_law_and_choice_each_time_and_not_in_a_voter_id(string character)
    {
        foreach (var field in new[] { "law_id", "choice", "law_id" })
        {
            Message.AssertPoison(PoisonReason.InvisibleCharacter, field, Message.Bad(With(field, $"\"a{character}b\"")));
        }

        Message.Good(With("voter_id", $"\"a{character}b\""));
    }

    [Theory]
    [InlineData(" a")]
    [InlineData("a ")]
    public void A_blank_at_an_end_of_law_or_choice_is_poison(string text)
    {
        Message.AssertPoison(PoisonReason.OuterBlank, "law_id", Message.Bad(With("law_id", $"\"{text}\"")));
        Message.AssertPoison(PoisonReason.OuterBlank, "choice", Message.Bad(With("choice", $"\"{text}\"")));
    }

    [Theory]
    [InlineData("law_id")]
    [InlineData("voter_id")]
    [InlineData("choice")]
    public void Half_a_surrogate_pair_is_poison(string field)
    {
        foreach (var half in new[] { @"\ud83d", @"\ude00", @"\ude00\ud83d", @"\ud83dx" })
        {
            Message.AssertPoison(PoisonReason.NotText, field, Message.Bad(With(field, $"\"{half}\"")));
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0198c9a477f27d3e9a512f6d1c5b8e01")]
    [InlineData("{0198c9a4-77f2-7d3e-9a51-2f6d1c5b8e01}")]
    [InlineData("0198c9a4-77f2-7d3e-9a51-2f6d1c5b8e0")]
    [InlineData("0198c9a4-77f2-7d3e-9a51-2f6d1c5b8e012")]
    [InlineData("0198c9a4-77f2-7d3e-9a51-2f6d1c5b8e0g")]
    [InlineData("0198c9a4-77f27-d3e-9a51-2f6d1c5b8e01")]
    [InlineData("+198c9a4-77f2-7d3e-9a51-2f6d1c5b8e01")]
    [InlineData("0x98c9a4-77f2-7d3e-9a51-2f6d1c5b8e01")]
    [InlineData(" 198c9a4-77f2-7d3e-9a51-2f6d1c5b8e01")]
    public void Vote_id_that_is_no_UUID_is_poison(string voteId) =>
        Message.AssertPoison(PoisonReason.NotAUuid, "vote_id", Message.Bad(Message.Json(voteId: voteId)));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-03-01")]
    [InlineData("2026-02-30T00:00:00Z")]
    public void Cast_at_that_is_no_timestamp_is_poison(string castAt) =>
        Message.AssertPoison(PoisonReason.NotATimestamp, "cast_at", Message.Bad(Message.Json(castAt: castAt)));

    [Fact]
    public void Poison_tells_nothing_that_the_message_holds()
    {
        foreach (var json in new[]
        {
            Message.Json(voterId: new string('Q', 257)),
            Message.Json(voterId: "QQQ", choice: "Q\u0001Q"),
            "{\"voter_id\":\"QQQ\"Q",
            "{\"QQQ\":Q}",
            "Q",
        })
        {
            Assert.DoesNotContain('Q', Message.Bad(json).ToString());
        }
    }

    private static string Repeat(string character, int times) =>
        $"\"{string.Concat(Enumerable.Repeat(character, times))}\"";

    private static string With(string field, string value, params string[] order)
    {
        var fields = new Dictionary<string, string>
        {
            ["vote_id"] = Message.Quote(Message.VoteId),
            ["law_id"] = "\"law-1\"",
            ["voter_id"] = "\"ann\"",
            ["choice"] = "\"yes\"",
            [field] = value,
        };
        IEnumerable<KeyValuePair<string, string>> inOrder = order.Length == 0
            ? fields
            : fields.OrderBy(pair => Array.IndexOf(order, pair.Key));
        return $"{{{string.Join(',', inOrder.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}";
    }
}
