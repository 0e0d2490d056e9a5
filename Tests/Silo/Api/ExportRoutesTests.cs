using System.Net;
using System.Text.Json;
using Votes.Silo.Api;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class ExportRoutesTests(SharedApi api)
{
    private readonly ApiSilo _silo = api.Silo;

    [Fact]
    public async Task Totals_are_exported_as_csv_that_no_spreadsheet_runs()
    {
        const string Law = """{"id":"=1+1","choices":["-yes","a,\"b\""]}""";
        await _silo.SendAsync(HttpMethod.Post, "/api/laws", Law, ApiSilo.OperatorKey);
        await _silo.VoteAsync("=1+1", VoteSamples.By(1, "-yes"), VoteSamples.By(2, "-yes"), VoteSamples.By(3, "a,\"b\""));

        var export = await _silo.GetAsync("/api/laws/%3D1%2B1/export.csv");

        Assert.Equal((HttpStatusCode.OK, "text/csv"), (export.Status, export.ContentType));
        var lines = export.Body.Split("\r\n");
        Assert.Equal("law_id,choice,total,share,version,as_of,changed_at,status,closed_at,rejected_after_close", lines[0]);
        Assert.StartsWith("'=1+1,'-yes,2,0.666667,1,20", lines[1]);
        Assert.EndsWith("Z,open,,0", lines[1]);
        Assert.StartsWith("'=1+1,\"a,\"\"b\"\"\",1,0.333333,1,20", lines[2]);
        Assert.Equal(["", ""], [lines[3], string.Concat(lines[4..])]);
    }

    [Fact]
    public async Task Totals_are_exported_as_json_lines_with_every_text_as_it_is()
    {
        await _silo.CreateAsync("=ndjson");
        await _silo.VoteAsync("=ndjson", VoteSamples.By(1));

        var export = await _silo.GetAsync("/api/laws/%3Dndjson/export.ndjson");

        Assert.Equal("application/x-ndjson", export.ContentType);
        Assert.Equal(
            ["=ndjson yes 1 1 1", "=ndjson no 0 0 0", "=ndjson abstain 0 0 0"],
            Lines(export).Select(static r =>
                $"{r.GetProperty("law_id")} {r.GetProperty("choice")} {r.GetProperty("total")} "
                + $"{r.GetProperty("share").GetDecimal():0.######} {r.GetProperty("version")}"));
    }

    [Fact]
    public async Task The_audit_is_exported_without_voters_unless_they_are_asked_for()
    {
        await _silo.CreateAsync("audit");
        var votes = VoteSamples.Of(250);
        await _silo.VoteAsync("audit", votes);

        var without = Lines(await _silo.GetAsync("/api/laws/audit/audit.ndjson", ApiSilo.OperatorKey));
        var with = Lines(await _silo.GetAsync("/api/laws/audit/audit.ndjson?voters=true", ApiSilo.OperatorKey));
        var csv = (await _silo.GetAsync("/api/laws/audit/audit.csv", ApiSilo.OperatorKey)).Body.Split("\r\n");

        Assert.Equal(
            votes.Select(static v => v.VoteId).Order(), without.Select(static r => r.GetProperty("vote_id").GetGuid()).Order());
        Assert.All(without, static r => Assert.False(r.TryGetProperty("voter", out _)));
        Assert.Equal(
            votes.Select(static v => v.Voter).Order(), with.Select(static r => r.GetProperty("voter").GetGuid()).Order());
        Assert.Equal("2026-01-01T00:00:00.000000Z", with[0].GetProperty("cast_at").GetString());
        Assert.Equal("vote_id,choice,cast_at,counted_at", csv[0]);
        Assert.Equal(252, csv.Length);
    }

    [Fact]
    public async Task An_audit_of_many_votes_is_exported_whole()
    {
        await api.ExecuteAsync(
            """
            insert into laws (law_id) values ('large');
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at)
            select 'large', gen_random_uuid(), gen_random_uuid(), 'yes', now() from generate_series(1, 50000);
            """);

        var csv = (await _silo.GetAsync("/api/laws/large/audit.csv", ApiSilo.OperatorKey)).Body;

        Assert.Equal(50_001, csv.Count(static c => c == '\n'));
    }

    [Fact]
    public async Task The_audit_of_an_archived_law_is_gone_and_its_totals_are_not()
    {
        await _silo.CreateAsync("archived");
        await _silo.VoteAsync("archived", VoteSamples.Of(2));
        await api.ExecuteAsync(
            """
            insert into law_archives (law_id, file, sha256, votes)
            values ('archived', 'archived.votes.ndjson.gz', decode(repeat('00', 32), 'hex'), 2)
            """);

        var export = await _silo.GetAsync("/api/laws/archived/audit.csv", ApiSilo.OperatorKey);

        Assert.Contains("archived.votes.ndjson.gz", export.Detail(HttpStatusCode.Gone), StringComparison.Ordinal);
        Assert.Contains("archived,yes,2,", (await _silo.GetAsync("/api/laws/archived/export.csv")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_audit_of_an_unknown_law_is_not_found() =>
        (await _silo.GetAsync("/api/laws/no-such-law/audit.csv", ApiSilo.OperatorKey)).Detail(HttpStatusCode.NotFound);

    [Theory]
    [InlineData("yes", "yes")]
    [InlineData("", "")]
    [InlineData("=cmd()", "'=cmd()")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@a", "'@a")]
    [InlineData("\uFF1Da", "'\uFF1Da")]
    [InlineData("a=b", "a=b")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("=a,b", "\"'=a,b\"")]
    public void A_cell_is_quoted_and_never_a_formula(string text, string cell) => Assert.Equal(cell, Csv.Cell(text));

    [Theory]
    [InlineData("law-2026_001", "totals-law-2026_001.csv")]
    [InlineData("a\r\nSet-Cookie: x", "totals-a__Set-Cookie__x.csv")]
    [InlineData("../../etc/passwd", "totals-______etc_passwd.csv")]
    [InlineData("\u9078\"", "totals-__.csv")]
    public void A_file_name_holds_nothing_that_a_header_or_a_folder_could_mistake(string lawId, string name) =>
        Assert.Equal(name, Csv.FileName("totals", lawId, "csv"));

    private static JsonElement[] Lines(ApiAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return
        [
            .. answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => JsonDocument.Parse(line).RootElement),
        ];
    }
}
