using System.Net;
using System.Text.Json;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class OperatorRoutesTests(SharedApi api)
{
    private readonly ApiSilo _silo = api.Silo;

    /// <summary>Every route that is not for everybody.</summary>
    public static TheoryData<string, string> Routes => new()
    {
        { "POST", "/api/laws" },
        { "PATCH", "/api/laws/guarded" },
        { "DELETE", "/api/laws/guarded" },
        { "GET", "/api/laws/guarded/duplicates" },
        { "GET", "/api/laws/guarded/audit.csv" },
        { "GET", "/api/laws/guarded/audit.ndjson" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task An_operators_route_is_closed_without_a_key_and_with_a_wrong_one(string method, string address)
    {
        async Task<ApiAnswer> Send(params (string, string)[] headers) =>
            await _silo.SendAsync(HttpMethod.Parse(method), address, method == "GET" ? null : "{}", null, headers);

        var without = await Send();
        Assert.StartsWith("A key is needed", without.Detail(HttpStatusCode.Unauthorized));
        Assert.Equal("Bearer", without.Headers["WWW-Authenticate"]);
        Assert.Equal("The key or token is not valid.", (await Send(("X-Api-Key", "wrong"))).Detail(HttpStatusCode.Unauthorized));
        Assert.Equal(
            "The key or token is not valid.", (await Send(("Authorization", "Bearer wrong"))).Detail(HttpStatusCode.Unauthorized));
        (await Send(("X-Api-Key", ApiSilo.Hash(ApiSilo.OperatorKey)))).Detail(HttpStatusCode.Unauthorized);
        (await Send(("X-Api-Key", new string('k', 600)))).Detail(HttpStatusCode.Unauthorized);
        Assert.Equal(
            "These credentials are valid, but not an operator's.",
            (await Send(("X-Api-Key", ApiSilo.ReaderKey))).Detail(HttpStatusCode.Forbidden));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Another_sites_page_opens_no_operators_route(string method, string address)
    {
        foreach (var site in new[] { "cross-site", "same-site" })
        {
            var answer = await _silo.SendAsync(
                HttpMethod.Parse(method),
                address,
                method switch { "GET" => null, "POST" => """{"id":"from another site"}""", _ => """{"title":"x"}""" },
                ApiSilo.OperatorKey,
                ("Sec-Fetch-Site", site));
            Assert.StartsWith("This was sent by another site's page", answer.Detail(HttpStatusCode.Forbidden));
        }
    }

    [Fact]
    public async Task What_is_for_operators_is_stored_by_no_browser()
    {
        await _silo.CreateAsync("not stored");
        foreach (var address in new[]
        {
            "/api/laws/not%20stored/audit.csv?voters=true", "/api/laws/not%20stored/duplicates", "/api/ops/silos", "/api/ops/log",
        })
        {
            Assert.Equal("no-store", (await _silo.GetAsync(address, ApiSilo.OperatorKey)).Headers["Cache-Control"]);
        }
    }

    [Fact]
    public async Task A_key_may_come_as_a_bearer_token() => Assert.Equal(
        HttpStatusCode.NotFound,
        (await _silo.GetAsync(
            "/api/laws/no-such-law/duplicates", null, ("Authorization", $"Bearer {ApiSilo.OperatorKey}"))).Status);

    [Fact]
    public async Task A_new_law_is_answered_with_its_address_and_takes_votes_on_its_choices()
    {
        const string Law = """{"id":"new/law","title":"New","choices":["left","right"],"opens_at":"2020-01-01T00:00:00Z"}""";

        var created = await _silo.SendAsync(HttpMethod.Post, "/api/laws", Law, ApiSilo.OperatorKey);
        var outcome = await _silo.VoteAsync("new/law", VoteSamples.By(1, "left"), VoteSamples.By(2, "yes"));

        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal("/api/laws/new%2Flaw", created.Headers["Location"]);
        Assert.Equal("new/law", created.Json.GetProperty("law_id").GetString());
        Assert.Equal((1, 1), (outcome.Counted, outcome.Rejected.Length));
        Assert.Equal("New", (await _silo.GetAsync(created.Headers["Location"])).Ok().GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_law_is_created_once()
    {
        await _silo.CreateAsync("once", "First");

        var again = await _silo.SendAsync(
            HttpMethod.Post, "/api/laws", """{"id":"once","title":"Second"}""", ApiSilo.OperatorKey);

        Assert.StartsWith("A law with this id exists already", again.Detail(HttpStatusCode.Conflict));
        Assert.Equal("First", (await _silo.GetAsync("/api/laws/once")).Ok().GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("{}", "id must have 1 to 128 characters")]
    [InlineData("""{"id":""}""", "id must have 1 to 128 characters")]
    [InlineData("""{"id":" "}""", "id must have 1 to 128 characters")]
    [InlineData("""{"id":"a\nb"}""", "id must have 1 to 128 characters")]
    [InlineData("""{"id":"\ud800"}""", "")]
    [InlineData("""{"id":".."}""", "id must not be")]
    [InlineData("""{"id":"bad","title":"a\u0000b"}""", "title must have at most 500")]
    [InlineData("""{"id":"bad","choices":[]}""", "choices must hold 1 to 100")]
    [InlineData("""{"id":"bad","choices":["a","a"]}""", "choices must be different")]
    [InlineData("""{"id":"bad","choices":[""]}""", "Each of choices must have 1 to 64")]
    [InlineData("""{"id":"bad","choices":[null]}""", "Each of choices must have 1 to 64")]
    [InlineData("""{"id":"bad","opens_at":"2026-01-02T00:00:00Z","closes_at":"2026-01-01T00:00:00Z"}""", "opens_at must be before")]
    [InlineData("""{"id":"bad","opens_at":"soon"}""", "The body is not what this route takes: opens_at must be a date with a time")]
    [InlineData("""{"id":"bad","closes_at":"2026-12-24"}""", "The body is not what this route takes: closes_at must be a date with a time")]
    [InlineData("""{"id":"bad","closes_at":"2026-12-24T18:00:00"}""", "The body is not what this route takes: closes_at must be")]
    [InlineData("""{"id":"bad","closes_at":17}""", "The body is not what this route takes: closes_at must be a date with a time")]
    [InlineData("""{"id":"bad","id":"worse"}""", "The body is not what this route takes: it names 'id' more than once.")]
    [InlineData("""{"ID":"bad"}""", "The body is not what this route takes: it has no field 'ID'.")]
    [InlineData("""{"id":"law-2026-001\u200b"}""", "id must have 1 to 128 characters that can be seen. Character 13, U+200B,")]
    [InlineData("""{"id":"\u202e100"}""", "id must have 1 to 128 characters that can be seen. Character 1, U+202E,")]
    [InlineData("""{"id":"bad "}""", "id must have 1 to 128 characters that can be seen. It begins or ends with a blank.")]
    [InlineData("""{"id":"bad","choices":["yes","yes "]}""", "Each of choices must have 1 to 64 characters that can be seen. 'yes '")]
    [InlineData("""{"id":"bad","choices":["yes","YES"]}""", "choices must be different from each other in more than capitals and blanks: 'yes' and 'YES'")]
    [InlineData("""{"id":"bad","choices":["a b","a  b"]}""", "choices must be different from each other in more than capitals and blanks: 'a b' and 'a  b'")]
    [InlineData("""{"id":"bad","choices":["no\u2060"]}""", "Each of choices must have 1 to 64 characters that can be seen. 'no<U+2060>'")]
    [InlineData("""{"id":"bad","choices":"a"}""", "The body is not what this route takes: choices has another type or form.")]
    [InlineData("""{"id":"bad","choices":["a",1]}""", "The body is not what this route takes: choices[1] has another type or form.")]
    [InlineData("""{"id":"bad","titel":"typo"}""", "The body is not what this route takes: it has no field 'titel'.")]
    [InlineData("""{"id":7}""", "The body is not what this route takes: id has another type or form.")]
    [InlineData("""[]""", "The body is not what this route takes: it must be a JSON object.")]
    [InlineData("""{"id":"bad" """, "The body is not what this route takes: from line 1, byte 13 on it is no JSON.")]
    [InlineData("""{"id":bad}""", "The body is not what this route takes: from line 1, byte 7 on it is no JSON.")]
    [InlineData("null", "The body is missing: this route takes a JSON object.")]
    [InlineData("", "The body is missing: this route takes a JSON object.")]
    public async Task A_law_that_breaks_a_rule_is_refused_with_the_rule(string json, string detail) => Assert.StartsWith(
        detail,
        (await _silo.SendAsync(HttpMethod.Post, "/api/laws", json, ApiSilo.OperatorKey)).Detail(HttpStatusCode.BadRequest));

    [Fact]
    public async Task A_body_has_a_most_size_and_must_be_json()
    {
        var large = $$"""{"id":"large-body","title":"{{new string('x', 70_000)}}"}""";
        (await _silo.SendAsync(HttpMethod.Post, "/api/laws", large, ApiSilo.OperatorKey))
            .Detail(HttpStatusCode.RequestEntityTooLarge);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/laws")
        {
            Content = new StringContent("""{"id":"as-text"}"""),
            Headers = { { "X-Api-Key", ApiSilo.OperatorKey } },
        };
        using var response = await _silo.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_law_changes_in_what_is_named_and_in_nothing_else()
    {
        const string Law = """{"id":"changed","title":"Before","opens_at":"2020-01-01T00:00:00Z","closes_at":"2090-01-01T00:00:00Z"}""";
        await _silo.SendAsync(HttpMethod.Post, "/api/laws", Law, ApiSilo.OperatorKey);

        var titled = (await Change("changed", """{"title":"After"}""")).Ok();
        var opened = (await Change("changed", """{"opens_at":null}""")).Ok();

        Assert.Equal("After", titled.GetProperty("title").GetString());
        Assert.Equal("2020-01-01T00:00:00+00:00", titled.GetProperty("opens_at").GetString());
        Assert.Equal("After", opened.GetProperty("title").GetString());
        Assert.Equal(JsonValueKind.Null, opened.GetProperty("opens_at").ValueKind);
        Assert.Equal("2090-01-01T00:00:00+00:00", opened.GetProperty("closes_at").GetString());
        Assert.StartsWith(
            "opens_at must be before",
            (await Change("changed", """{"opens_at":"2095-01-01T00:00:00Z"}""")).Detail(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_closed_law_stays_closed_and_keeps_its_window()
    {
        await _silo.CreateAsync("closing");

        Assert.Equal("closed", (await Change("closing", """{"close":true,"force":true}""")).Ok().GetProperty("status").GetString());
        Assert.Equal("closed", (await Change("closing", """{"close":true,"force":true}""")).Ok().GetProperty("status").GetString());
        Assert.StartsWith("The law is closed", (await Change("closing", """{"close":false}""")).Detail(HttpStatusCode.Conflict));
        Assert.StartsWith(
            "The law is closed", (await Change("closing", """{"close":"when_drained"}""")).Detail(HttpStatusCode.Conflict));
        Assert.StartsWith(
            "The law is closed",
            (await Change("closing", """{"closes_at":"2099-01-01T00:00:00Z"}""")).Detail(HttpStatusCode.Conflict));
        Assert.Equal("New", (await Change("closing", """{"title":"New"}""")).Ok().GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_law_closed_before_anybody_asked_has_final_totals()
    {
        await _silo.CreateAsync("final");
        await Change("final", """{"close":true,"force":true}""");

        var tally = (await _silo.GetAsync("/api/laws/final/tally")).Ok();

        Assert.Equal("closed", tally.GetProperty("status").GetString());
        Assert.True(tally.GetProperty("final").GetBoolean());
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("""{"status":"closed"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"title":"x"}""", HttpStatusCode.NotFound)]
    [InlineData("""{"title":"x","title":"y"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"Title":"x"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"close":"now"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"close":"when_drained","force":true}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"add_choices":[]}""", HttpStatusCode.BadRequest)]
    public async Task A_change_of_nothing_or_of_no_law_is_refused(string json, HttpStatusCode status) =>
        (await Change("no-such-law", json)).Detail(status);

    [Fact]
    public async Task Duplicates_are_counted_by_the_hour()
    {
        await _silo.CreateAsync("duplicates");
        await _silo.VoteAsync("duplicates", VoteSamples.Of(3));
        await _silo.VoteAsync("duplicates", VoteSamples.Of(2));
        await _silo.VoteAsync("duplicates", VoteSamples.Of(1));

        var answer = await _silo.GetAsync("/api/laws/duplicates/duplicates", ApiSilo.OperatorKey);

        // The hour may have turned between the votes.
        var hours = answer.Ok().EnumerateArray().ToArray();
        Assert.Equal(3, hours.Sum(static hour => hour.GetProperty("attempts").GetInt64()));
        Assert.InRange(hours.Sum(static hour => hour.GetProperty("voters").GetInt64()), 2, 3);
    }

    [Theory]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")]
    [InlineData("from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z")]
    [InlineData("to=0001-01-01T00:00:00Z")]
    public async Task Duplicates_of_no_range_are_a_bad_request(string query)
    {
        await api.ExecuteAsync("insert into laws (law_id) values ('duplicates-bad') on conflict do nothing");

        (await _silo.GetAsync($"/api/laws/duplicates-bad/duplicates?{query}", ApiSilo.OperatorKey))
            .Detail(HttpStatusCode.BadRequest);
    }

    private Task<ApiAnswer> Change(string lawId, string json) =>
        _silo.SendAsync(HttpMethod.Patch, $"/api/laws/{lawId}", json, ApiSilo.OperatorKey);
}
