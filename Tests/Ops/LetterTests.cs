using System.Text;
using RabbitMQ.Client;
using Votes.DeadLetters;
using Votes.Ingest.DeadLetters;
using Xunit;

namespace Votes.Tests.Ops;

public sealed class LetterTests
{
    [Fact]
    public void Headers_are_those_that_ingest_writes()
    {
        Assert.Equal(DeadLetterProperties.Reason, LetterHeaders.Reason);
        Assert.Equal(DeadLetterProperties.Field, LetterHeaders.Field);
        Assert.Equal(DeadLetterProperties.Detail, LetterHeaders.Detail);
    }

    [Theory]
    [InlineData("""{"law_id":"a"}""", "a")]
    [InlineData("""{"x":{"law_id":"no"},"y":[1,{"law_id":"no"}],"law_id":"b","law_id":"c"}""", "b")]
    [InlineData("""{"law_id":5,"law_id":"d"}""", "d")]
    [InlineData("""{"law_id":"e", broken""", "e")]
    [InlineData("""{"law_id":"\ud800"}""", null)]
    [InlineData("""{"law_id":["a"]}""", null)]
    [InlineData("""{"law_id""", null)]
    [InlineData("""["law_id","a"]""", null)]
    [InlineData("", null)]
    [InlineData("null", null)]
    public void Law_is_the_first_that_can_be_read(string body, string? law) =>
        Assert.Equal(law, LetterLaw.Of(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Law_of_a_body_nested_too_deep_or_not_utf8_is_none()
    {
        Assert.Null(LetterLaw.Of(Encoding.UTF8.GetBytes($$"""{"a":{{new string('[', 5_000)}}""")));
        Assert.Null(LetterLaw.Of([.. "{\"law_id\":\""u8, 0xff, 0xfe, .. "\"}"u8]));
    }

    [Fact]
    public void Filter_wants_all_that_is_set()
    {
        var letter = Letters.Read(Letters.Vote(1, "law-7"), "law_closed", "law_id");
        Assert.False(new LetterFilter().IsSet);
        Assert.True(new LetterFilter().Fits(letter));
        Assert.True(new LetterFilter
        {
            Reason = "law_closed",
            Field = "law_id",
            Law = "law-7",
            Id = letter.Id[..5].ToUpperInvariant(),
        }.Fits(letter));
        Assert.False(new LetterFilter { Reason = "law_close" }.Fits(letter));
        Assert.False(new LetterFilter { Reason = "law_closed", Field = "" }.Fits(letter));
        Assert.False(new LetterFilter { Law = "law-70" }.Fits(letter));
        Assert.False(new LetterFilter { Id = letter.Id + "0" }.Fits(letter));
    }

    [Fact]
    public void Id_depends_on_reason_field_and_body_alone()
    {
        var letter = Letters.Read([1, 2, 3], "r", "f");
        Assert.Equal(12, letter.Id.Length);
        Assert.Equal(letter.Id, (letter with { Properties = LetterHeaders.ToPutBack(letter.Properties) }).Id);
        Assert.NotEqual(letter.Id, Letters.Read([1, 2, 4], "r", "f").Id);
        Assert.NotEqual(letter.Id, Letters.Read([1, 2, 3], "rf", "").Id);
    }

    [Fact]
    public void Groups_are_bounded_and_count_every_letter()
    {
        var census = new LetterCensus(new LetterFilter(), listed: 3);
        for (var i = 0; i < LetterCensus.MostGroups + 5; i++)
            census.Add(Letters.Read([], $"reason {i}"));
        census.Add(Letters.Read([], "reason 0"));

        Assert.Equal(LetterCensus.MostGroups + 6, census.Count);
        Assert.Equal(3, census.Letters.Count);
        Assert.Equal(LetterCensus.MostGroups + 1, census.Groups.Count);
        Assert.Equal(new LetterGroup(LetterCensus.Others, "", 5), census.Groups[0]);
        Assert.Equal(new LetterGroup("reason 0", "", 2), census.Groups[1]);
    }

    [Fact]
    public void Replayed_message_has_nothing_of_its_rejection_but_counts_replays()
    {
        var letter = Letters.Properties("law_closed", "law_id");
        letter.MessageId = "m-1";
        letter.Expiration = "10";
        letter.UserId = "mallory";
        letter.Headers!["tenant"] = "a";
        letter.Headers["CC"] = new List<object?> { "elsewhere" };
        letter.Headers["x-delivery-count"] = 7L;
        letter.Headers["x-death"] = new List<object?>();
        letter.Headers[DeadLetterProperties.UserId] = "alice";

        var first = LetterHeaders.ToReplay(letter);
        Assert.Equal("m-1", first.MessageId);
        Assert.True(first.Persistent);
        Assert.False(first.IsExpirationPresent());
        Assert.False(first.IsUserIdPresent());
        Assert.Equal(["tenant", LetterHeaders.Replays, DeadLetterProperties.UserId], first.Headers!.Keys.Order());
        Assert.Equal(1, first.Headers[LetterHeaders.Replays]);
        Assert.Equal(2, LetterHeaders.ToReplay(first).Headers![LetterHeaders.Replays]);
    }

    [Fact]
    public void Letter_that_is_put_back_loses_its_priority_until_it_is_replayed()
    {
        var letter = Letters.Properties("law_closed", "law_id");
        letter.Priority = 9;
        letter.Headers!["BCC"] = new List<object?> { "elsewhere" };

        var back = LetterHeaders.ToPutBack(letter);
        Assert.False(back.IsPriorityPresent());
        Assert.Equal(
            [LetterHeaders.Detail, LetterHeaders.Field, LetterHeaders.Priority, LetterHeaders.Reason],
            back.Headers!.Keys.Order());
        var again = LetterHeaders.ToReplay(LetterHeaders.ToPutBack(back));
        Assert.Equal(9, again.Priority);
        Assert.Equal([LetterHeaders.Replays], again.Headers!.Keys);
    }

    [Fact]
    public void Times_that_no_clock_shows_are_none()
    {
        var letter = Letters.Read([], "r");
        Assert.Null(letter.At);
        Assert.Null(letter.SentAt);
        var sent = letter with { Properties = new BasicProperties { Timestamp = new AmqpTimestamp(1_700_000_000) } };
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), sent.SentAt);
        Assert.Null((letter with { Properties = new BasicProperties { Timestamp = new AmqpTimestamp(long.MaxValue) } }).SentAt);
    }
}
