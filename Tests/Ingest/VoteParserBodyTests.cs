using System.Text;
using Votes.Ingest.Messages;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>What the parser says of bodies that are no JSON object of the contract's size.</summary>
public sealed class VoteParserBodyTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("hello")]
    [InlineData("{")]
    [InlineData("{\"vote_id\"")]
    [InlineData("{'vote_id':1}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{/**/}")]
    [InlineData("\uFEFF")]
    [InlineData("\uFEFF\uFEFF{}")]
    [InlineData(" \uFEFF{}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":NaN}")]
    public void Body_that_is_not_JSON_is_poison(string body) =>
        Message.AssertPoison(PoisonReason.NotJson, "", Message.Bad(body));

    [Fact]
    public void Byte_order_mark_before_a_vote_is_passed_over()
    {
        Assert.Equal(Message.Good(Message.Json()), Message.Good("\uFEFF" + Message.Json()));
        Message.AssertPoison(PoisonReason.MissingField, "vote_id", Message.Bad("\uFEFF{}"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("x")]
    [InlineData(",")]
    public void Anything_after_the_object_is_poison(string trailing) =>
        Message.AssertPoison(PoisonReason.NotJson, "", Message.Bad(Message.Json() + trailing));

    [Theory]
    [InlineData("{\"law_id\":\"a\u0001b\"}", "law_id")]
    [InlineData("{\"choice\":\"\\x\"}", "choice")]
    [InlineData("{\"voter_id\":\"ann", "voter_id")]
    [InlineData("{\"cast_at\":}", "cast_at")]
    public void Broken_JSON_inside_a_field_names_the_field(string body, string field) =>
        Message.AssertPoison(PoisonReason.NotJson, field, Message.Bad(body));

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("\"vote\"")]
    [InlineData("[{\"vote_id\":\"x\"}]")]
    public void JSON_that_is_no_object_is_poison(string body) =>
        Message.AssertPoison(PoisonReason.NotAnObject, "", Message.Bad(body));

    [Fact]
    public void Body_that_is_not_UTF8_is_poison()
    {
        byte[][] sequences = [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]];
        foreach (var wrong in sequences)
        {
            byte[] body = [.. Encoding.UTF8.GetBytes("{\"extra\":\""), .. wrong, .. Encoding.UTF8.GetBytes("\"}")];
            Message.AssertPoison(PoisonReason.NotUtf8, "", Message.Bad(body));
        }
    }

    [Fact]
    public void UTF16_is_poison() =>
        Message.AssertPoison(
            PoisonReason.NotUtf8, "", Message.Bad([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Message.Json())]));

    [Fact]
    public void Body_of_16_KiB_is_read_and_one_byte_more_is_poison()
    {
        var json = Message.Json();
        Message.Good(json.PadRight(16_383));
        Message.Good(json.PadRight(16_384));
        Message.AssertPoison(PoisonReason.TooLarge, "", Message.Bad(json.PadRight(16_385)));
        Message.AssertPoison(PoisonReason.TooLarge, "", Message.Bad(json.PadRight(17 * 1024)));
    }
}
