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
    [InlineData("\uFEFF{\"law_id\":\"f\"}", "f")]
    [InlineData("""{"law_id":"\ud800"}""", null)]
    [InlineData("""{"law_id":["a"]}""", null)]
    [InlineData("""{"law_id""", null)]
    [InlineData("""["law_id","a"]""", null)]
    [InlineData("", null)]
    [InlineData("null", null)]
    public void Law_is_the_first_that_can_be_read(string body, string? law) =>
        Assert.Equal(law, LetterLaw.Of(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData(10)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(70)]
    [InlineData(500)]
    [InlineData(8_000)]
    public void Law_is_found_behind_a_field_of_any_depth_that_ingest_reads(int depth)
    {
        var (open, close) = (new string('[', depth), new string(']', depth));
        Assert.Equal("a", LetterLaw.Of(Encoding.UTF8.GetBytes($$"""{"meta":{{open}}{{close}},"law_id":"a"}""")));
    }

    [Fact]
    public void Filter_by_law_counts_the_letters_that_name_none()
    {
        var census = new LetterCensus(new LetterFilter { Law = "law-1", Reason = "not_json" }, listed: 10);
        foreach (var (body, reason) in new[] { ("{\"law_id\":\"law-1\",", "not_json"), ("?", "not_json"), ("?", "too_large") })
            census.Add(Letters.Read(Encoding.UTF8.GetBytes(body), reason));
        census.Add(Letters.Read(Letters.Vote(1, "law-2"), "not_json"));

        Assert.Equal((1, 1), (census.Count, census.WithoutLaw));
    }

    [Fact]
    public void Filter_by_age_takes_letters_that_say_that_they_are_older()
    {
        var at = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var filter = new LetterFilter { Before = at };
        Assert.True(filter.IsSet);
        Assert.True(filter.Fits(Written("2026-03-01T11:59:59Z")));
        Assert.False(filter.Fits(Written("2026-03-01T12:00:00Z")));
        Assert.False(filter.Fits(Written("yesterday")));
        Assert.False(filter.Fits(Letters.Read([1], "not_json")));

        static Letter Written(string at)
        {
            var letter = Letters.Read([1], "not_json");
            letter.Properties.Headers![LetterHeaders.At] = Encoding.UTF8.GetBytes(at);
            return letter;
        }
    }

    [Fact]
    public void Digest_is_the_same_in_any_order_and_differs_where_letters_do()
    {
        Letter[] letters = [.. Enumerable.Range(0, 100).Select(static number => Letters.Read(Letters.Vote(number), "law_closed"))];

        Assert.Equal(Digest(letters), Digest(letters.Reverse()));
        Assert.NotEqual(Digest(letters), Digest(letters[1..]));
        Assert.NotEqual(Digest([letters[0], letters[0]]), Digest([letters[1], letters[1]]));
        Assert.Equal(Convert.ToHexStringLower(letters[0].Sha256.Span), Digest([letters[0]]));
        Assert.Equal(letters[0].Id, Digest([letters[0]])[..12]);

        static string Digest(IEnumerable<Letter> letters)
        {
            var digest = new LetterDigest();
            foreach (var letter in letters)
                digest.Add(letter);
            return digest.ToString();
        }
    }

    [Fact]
    public void Law_of_a_broken_body_or_one_that_is_not_utf8_is_none()
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
