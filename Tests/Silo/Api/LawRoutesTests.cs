using System.Net;
using System.Text.Json;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class LawRoutesTests(SharedApi api)
{
    private readonly ApiSilo _silo = api.Silo;

    [Fact]
    public async Task Laws_are_listed_by_votes_and_page_by_page()
    {
        for (var law = 1; law <= 3; law++)
        {
            await _silo.CreateAsync($"list-{law}", "Paging Act");
            await _silo.VoteAsync($"list-{law}", VoteSamples.Of(law));
        }

        var first = (await _silo.GetAsync("/api/laws?search=paging&limit=2")).Ok();
        var second = (await _silo.GetAsync("/api/laws?search=PAGING&limit=2&page=2")).Ok();
        var beyond = (await _silo.GetAsync("/api/laws?search=paging&limit=2&page=3")).Ok();

        Assert.Equal(["list-3 3", "list-2 2"], Rows(first));
        Assert.True(first.GetProperty("more").GetBoolean());
        Assert.Equal(["list-1 1"], Rows(second));
        Assert.False(second.GetProperty("more").GetBoolean());
        Assert.Empty(Rows(beyond));
    }

    [Fact]
    public async Task Laws_are_listed_newest_first_and_by_status()
    {
        await _silo.CreateAsync("recent-1");
        await _silo.CreateAsync("recent-2");
        await _silo.SendAsync(HttpMethod.Patch, "/api/laws/recent-1", """{"close":true,"force":true}""", ApiSilo.OperatorKey);

        Assert.Equal(
            ["recent-2 0", "recent-1 0"], Rows((await _silo.GetAsync("/api/laws?search=recent-&sort=recent")).Ok()));
        Assert.Equal(["recent-1 0"], Rows((await _silo.GetAsync("/api/laws?search=recent-&status=closed")).Ok()));
        Assert.Equal(["recent-2 0"], Rows((await _silo.GetAsync("/api/laws?search=recent-&status=open")).Ok()));
    }

    [Fact]
    public async Task A_law_with_a_time_that_no_program_can_read_is_listed_like_the_others()
    {
        // A row from before the constraint.
        await api.ExecuteAsync("""
            alter table laws drop constraint laws_closes_at_ck;
            insert into laws (law_id, closes_at) values ('unreadable-1', '20261-12-24 18:00+00'), ('unreadable-2', null);
            alter table laws add constraint laws_closes_at_ck check (
              closes_at >= '0001-01-01 00:00:00+00' and closes_at < '10000-01-01 00:00:00+00') not valid;
            """);

        Assert.Equal(2, (await _silo.GetAsync("/api/laws?search=unreadable-")).Ok().GetProperty("laws").GetArrayLength());
        var law = (await _silo.GetAsync("/api/laws/unreadable-1")).Ok();
        Assert.StartsWith("9999-12-31T23:59:59", law.GetProperty("closes_at").GetString(), StringComparison.Ordinal);
        (await _silo.GetAsync("/api/laws/unreadable-1/tally")).Ok();
    }

    [Fact]
    public async Task A_search_takes_its_text_literally()
    {
        await _silo.CreateAsync("literal", "100% of _all_ '; drop table laws; --");

        Assert.Equal(["literal 0"], Rows((await _silo.GetAsync("/api/laws?search=100%25%20of%20_all_%20'%3B%20drop")).Ok()));
        Assert.Empty(Rows((await _silo.GetAsync("/api/laws?search=1%25all")).Ok()));
    }

    [Theory]
    [InlineData("école élémentaire")]
    [InlineData("E\u0301COLE E\u0301LE\u0301MENTAIRE")]
    public async Task A_search_knows_the_capitals_of_all_letters_whatever_the_databases_locale(string search)
    {
        await _silo.CreateAsync($"folded {search.Length}", "École Élémentaire Straße");

        var found = (await _silo.GetAsync($"/api/laws?search={Uri.EscapeDataString(search)}")).Ok();

        Assert.Contains($"folded {search.Length} 0", Rows(found));
    }

    [Theory]
    [InlineData("page=0", "page is 0; it must be from 1 to 1000.")]
    [InlineData("page=1001", "page is 1001; it must be from 1 to 1000.")]
    [InlineData("limit=0", "limit is 0; it must be from 1 to 100.")]
    [InlineData("limit=101", "limit is 101; it must be from 1 to 100.")]
    [InlineData("limit=-1", "limit is -1; it must be from 1 to 100.")]
    [InlineData("limit=ten", "limit is 'ten'; it must be a whole number of at most 2147483647.")]
    [InlineData("page=99999999999", "page is '99999999999'; it must be a whole number of at most 2147483647.")]
    [InlineData("status=maybe", "status must be open, closing or closed, or absent for all.")]
    [InlineData("sort=title", "sort must be votes or recent.")]
    [InlineData("search=a%00b", "search must have at most 100 characters and no control characters.")]
    public async Task A_list_says_which_parameter_is_wrong_and_why(string query, string detail) =>
        Assert.Equal(detail, (await _silo.GetAsync($"/api/laws?{query}")).Detail(HttpStatusCode.BadRequest));

    [Theory]
    [InlineData("page=1000")]
    [InlineData("limit=100")]
    [InlineData("limit=1")]
    public async Task A_list_takes_what_is_on_its_bounds(string query) => (await _silo.GetAsync($"/api/laws?{query}")).Ok();

    [Fact]
    public async Task A_search_has_a_most_length()
    {
        (await _silo.GetAsync($"/api/laws?search={new string('a', 100)}")).Ok();
        (await _silo.GetAsync($"/api/laws?search={new string('a', 101)}")).Detail(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_law_comes_with_its_description_and_votes()
    {
        const string Law = """{"id":"described","title":"An Act","choices":["a","b"],"closes_at":"2099-01-01T00:00:00+01:00"}""";
        Assert.Equal(
            HttpStatusCode.Created, (await _silo.SendAsync(HttpMethod.Post, "/api/laws", Law, ApiSilo.OperatorKey)).Status);
        await _silo.VoteAsync("described", VoteSamples.Of(3, "b"));

        var law = (await _silo.GetAsync("/api/laws/described")).Ok();

        Assert.Equal("An Act", law.GetProperty("title").GetString());
        Assert.Equal("open", law.GetProperty("status").GetString());
        Assert.Equal(["a", "b"], law.GetProperty("choices").EnumerateArray().Select(static c => c.GetString()));
        Assert.Equal(JsonValueKind.Null, law.GetProperty("opens_at").ValueKind);
        Assert.Equal("2098-12-31T23:00:00+00:00", law.GetProperty("closes_at").GetString());
        Assert.Equal(3, law.GetProperty("votes").GetInt64());
    }

    [Theory]
    [InlineData("/api/laws/no-such-law")]
    [InlineData("/api/laws/no-such-law/tally")]
    [InlineData("/api/laws/no-such-law/history")]
    [InlineData("/api/laws/no-such-law/export.csv")]
    [InlineData("/api/laws/no-such-law/export.ndjson")]
    [InlineData("/api/laws/no-such-law/live")]
    [InlineData("/api/live?laws=no-such-law")]
    public async Task An_unknown_law_is_not_found_on_any_route(string address) =>
        Assert.StartsWith("There is no law", (await _silo.GetAsync(address)).Detail(HttpStatusCode.NotFound));

    [Fact]
    public async Task Other_addresses_and_methods_are_problems_too()
    {
        Assert.Equal("application/problem+json", (await _silo.GetAsync("/api/nothing")).ContentType);
        var wrong = await _silo.SendAsync(HttpMethod.Put, "/api/laws/x", key: ApiSilo.OperatorKey);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "application/problem+json"), (wrong.Status, wrong.ContentType));
    }

    [Fact]
    public async Task Every_answer_forbids_browsers_to_trust_it()
    {
        foreach (var address in new[] { "/api/laws", "/api/laws/no-such-law", "/api/laws?page=0", "/health/live" })
        {
            var headers = (await _silo.GetAsync(address)).Headers;

            Assert.StartsWith("default-src 'none'", headers["Content-Security-Policy"]);
            Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
            Assert.Equal("DENY", headers["X-Frame-Options"]);
            Assert.Equal("no-referrer", headers["Referrer-Policy"]);
            Assert.DoesNotContain("Server", headers.Keys);
        }
    }

    [Fact]
    public async Task Statistics_count_laws_votes_and_silos()
    {
        await _silo.CreateAsync("stats", "The statistics act");
        var before = (await _silo.GetAsync("/api/stats")).Ok();
        await _silo.VoteAsync("stats", VoteSamples.Of(7));

        // The sums are the database's; the board is told a moment later.
        var after = (await _silo.GetAsync("/api/stats")).Ok();
        Assert.Equal(1, after.GetProperty("silos").GetInt32());
        Assert.Equal(before.GetProperty("votes").GetInt64() + 7, after.GetProperty("votes").GetInt64());
        JsonElement[] onBoard;
        while ((onBoard = [.. after.GetProperty("busiest").EnumerateArray().Where(static law =>
            law.GetProperty("law_id").GetString() == "stats")]).Length == 0)
        {
            after = (await _silo.GetAsync("/api/stats")).Ok();
        }

        Assert.Equal("The statistics act", onBoard[0].GetProperty("title").GetString());
        Assert.Equal("open", onBoard[0].GetProperty("status").GetString());
        Assert.Equal(7, onBoard[0].GetProperty("votes").GetInt64());
        Assert.Equal(0.7, onBoard[0].GetProperty("votes_per_second").GetDouble());
        Assert.InRange(after.GetProperty("votes_per_second").GetDouble(), 0.7, 1_000_000);
        Assert.InRange(after.GetProperty("flush_lag_ms").GetDouble(), 0.001, 60_000);
    }

    [Theory]
    [InlineData("/api/laws?serach=x", "There is no parameter 'serach' at this address; there is limit, page, search, sort, status.")]
    [InlineData("/api/laws/law-2026-001/history?format=csv", "There is no parameter 'format' at this address; there is from, step, to.")]
    [InlineData("/api/laws/law-2026-001/tally?x", "There is no parameter 'x' at this address; there is none.")]
    [InlineData("/api/stats?_=1", "There is no parameter '_' at this address; there is none.")]
    [InlineData("/api/live?laws=law-2026-001&lawz=x", "There is no parameter 'lawz' at this address; there is law, laws.")]
    public async Task A_parameter_that_there_is_not_is_a_bad_request(string address, string detail) =>
        Assert.Equal(detail, (await _silo.GetAsync(address)).Detail(System.Net.HttpStatusCode.BadRequest));

    [Fact]
    public async Task The_document_describes_every_route()
    {
        var document = (await _silo.GetAsync("/openapi/v1.json")).Ok();

        var routes = document.GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject(), static (path, method) => (path.Name, method))
            .ToList();
        Assert.Equal(
            [
                "delete /api/laws/{id}", "get /api/counting", "get /api/laws", "get /api/laws/{id}",
                "get /api/laws/{id}/audit.csv", "get /api/laws/{id}/audit.ndjson",
                "get /api/laws/{id}/duplicates", "get /api/laws/{id}/export.csv", "get /api/laws/{id}/export.ndjson",
                "get /api/laws/{id}/history", "get /api/laws/{id}/history.csv", "get /api/laws/{id}/live",
                "get /api/laws/{id}/tally", "get /api/live",
                "get /api/ops/condition", "get /api/ops/ingests", "get /api/ops/log", "get /api/ops/queues", "get /api/ops/silos",
                "get /api/stats", "patch /api/laws/{id}", "post /api/laws",
                "post /api/ops/dead-letters/look", "post /api/ops/dead-letters/replay",
            ],
            routes.Select(static r => $"{r.method.Name} {r.Name}").Order(StringComparer.Ordinal));
        Assert.All(routes, static r =>
        {
            Assert.NotEmpty(r.method.Value.GetProperty("summary").GetString()!);
            Assert.NotEmpty(r.method.Value.GetProperty("responses").EnumerateObject());
            var hasId = r.method.Value.TryGetProperty("parameters", out var parameters)
                && parameters.EnumerateArray().Any(static p => p.GetProperty("name").GetString() == "id");
            Assert.Equal(r.Name.Contains("{id}", StringComparison.Ordinal), hasId);
        });
    }

    private static string[] Rows(JsonElement page) =>
    [
        .. page.GetProperty("laws").EnumerateArray()
            .Select(static law => $"{law.GetProperty("law_id").GetString()} {law.GetProperty("votes").GetInt64()}"),
    ];
}
