using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Votes.Grains.Interfaces;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class TallyRouteTests(SharedApi api)
{
    private readonly ApiSilo _silo = api.Silo;

    /// <summary>Law ids that try to be something else.</summary>
    public static TheoryData<string> Hostile =>
    [
        "<script>alert(1)</script>", "=cmd()", "../secrets", "a/b", "a%2Fb", "a%252Fb", "%00", "100 %", "a?b#c", "a\\b",
        "'; drop table laws; --", "\"quoted\"", "a,b;c", " a ", "\u202Egnp.exe", "\u00E8\u9078\u629E", "...", "~", "+1+1", "@sum",
        string.Concat(Enumerable.Repeat("\U0001F5F3", 128)),
    ];

    [Fact]
    public async Task A_tally_has_durable_totals_and_shares()
    {
        await _silo.CreateAsync("tally");
        await _silo.VoteAsync(
            "tally", VoteSamples.By(1), VoteSamples.By(2), VoteSamples.By(3, "no"), VoteSamples.By(3, "yes"));

        var answer = await _silo.GetAsync("/api/laws/tally/tally");

        var tally = answer.Ok();
        Assert.Equal("tally", tally.GetProperty("law_id").GetString());
        Assert.Equal("open", tally.GetProperty("status").GetString());
        Assert.False(tally.GetProperty("final").GetBoolean());
        Assert.Equal(3, tally.GetProperty("total").GetInt64());
        Assert.Equal(0, tally.GetProperty("pending").GetInt64());
        Assert.Equal(2, tally.GetProperty("version").GetInt64());
        Assert.Equal(
            ["yes 2 0.666667 0", "no 1 0.333333 0", "abstain 0 0 0"],
            tally.GetProperty("choices").EnumerateArray().Select(static c =>
                $"{c.GetProperty("choice")} {c.GetProperty("total")} {c.GetProperty("share")} {c.GetProperty("pending")}"));
        Assert.StartsWith("W/\"2-", answer.Headers["ETag"]);
    }

    [Fact]
    public async Task An_unchanged_tally_is_not_sent_again()
    {
        await _silo.CreateAsync("etag");
        var tag = (await _silo.GetAsync("/api/laws/etag/tally")).Headers["ETag"];

        var same = await _silo.GetAsync("/api/laws/etag/tally", null, ("If-None-Match", tag));
        var oneOfTwo = await _silo.GetAsync("/api/laws/etag/tally", null, ("If-None-Match", $"\"other\", {tag}"));
        await _silo.VoteAsync("etag", VoteSamples.By(1));
        var changed = await _silo.GetAsync("/api/laws/etag/tally", null, ("If-None-Match", tag));

        Assert.Equal((HttpStatusCode.NotModified, ""), (same.Status, same.Body));
        Assert.Equal(tag, same.Headers["ETag"]);
        Assert.Equal(HttpStatusCode.NotModified, oneOfTwo.Status);
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.NotEqual(tag, changed.Headers["ETag"]);
    }

    [Theory]
    [InlineData("made-up")]
    [InlineData("<script>")]
    public async Task Asking_for_an_unknown_law_activates_no_grain_and_makes_no_row(string lawId)
    {
        var id = Uri.EscapeDataString(lawId);
        foreach (var route in new[] { "", "/tally", "/history", "/live", "/export.csv" })
        {
            (await _silo.GetAsync($"/api/laws/{id}{route}")).Detail(HttpStatusCode.NotFound);
        }

        var grains = _silo.Services.GetRequiredService<IGrainFactory>();
        Assert.Null(await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grains.GetGrain<ILawTallyGrain>(lawId)));
        var found = (await _silo.GetAsync($"/api/laws?search={id}")).Ok().GetProperty("laws").EnumerateArray();
        Assert.DoesNotContain(lawId, found.Select(law => law.GetProperty("law_id").GetString()));
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_law_of_any_id_is_found_under_exactly_its_id(string lawId)
    {
        // By SQL: some of them are of a time at which the API took them.
        await api.ExecuteAsync($"insert into laws (law_id) values ('{lawId.Replace("'", "''", StringComparison.Ordinal)}')");
        await _silo.VoteAsync(lawId, VoteSamples.By(1));
        var id = Uri.EscapeDataString(lawId);

        var law = (await _silo.GetAsync($"/api/laws/{id}")).Ok();
        var tally = (await _silo.GetAsync($"/api/laws/{id}/tally")).Ok();
        var history = (await _silo.GetAsync($"/api/laws/{id}/history")).Ok();
        var export = await _silo.GetAsync($"/api/laws/{id}/export.csv");

        Assert.Equal(lawId, law.GetProperty("law_id").GetString());
        Assert.Equal(lawId, tally.GetProperty("law_id").GetString());
        Assert.Equal(1, tally.GetProperty("total").GetInt64());
        Assert.Equal(lawId, history.GetProperty("law_id").GetString());
        Assert.Equal(HttpStatusCode.OK, export.Status);
        Assert.Matches("^attachment; filename=\"?totals-[A-Za-z0-9_-]{1,64}\\.csv", export.Headers["Content-Disposition"]);
    }

    [Theory]
    [InlineData("/api/laws/a%0Ab/tally")]
    [InlineData("/api/laws/%20/tally")]
    [InlineData("/api/laws/a%C2%85b/tally")]
    [InlineData("/api/laws/%2e%2e/laws/x/tally")]
    [InlineData("/api/laws/../laws/tally/tally")]
    public async Task What_is_no_law_id_is_a_bad_request(string address) =>
        (await _silo.GetAsync(address)).Detail(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_null_character_does_not_pass_the_server() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await _silo.GetAsync("/api/laws/a%00b/tally")).Status);

    [Fact]
    public async Task A_law_id_has_a_most_length()
    {
        (await _silo.GetAsync($"/api/laws/{new string('x', 128)}/tally")).Detail(HttpStatusCode.NotFound);
        (await _silo.GetAsync($"/api/laws/{new string('x', 129)}/tally")).Detail(HttpStatusCode.BadRequest);
    }
}
