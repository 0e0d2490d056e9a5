using System.Net;
using System.Text.Json;
using Npgsql;
using Votes.LocalCluster;
using Votes.Silo.Access;
using Votes.Silo.Access.Trail;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Access.Trail;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class OperatorLogTests(SharedApi api, TestServers servers)
{
    private static readonly string Who = KeyRing.NameOf(ApiSilo.OperatorKey);

    private readonly ApiSilo _silo = api.Silo;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_done_to_a_law_is_on_record_with_who_and_from_where()
    {
        await _silo.CreateAsync("on record", "Title");
        await _silo.SendAsync(HttpMethod.Post, "/api/laws", """{"id":"on record"}""", ApiSilo.OperatorKey);
        await Change("""{"title":"New","closes_at":null}""");
        await Change("""{"close":true,"force":true}""");
        await Change("""{"opens_at":"2020-01-01T00:00:00Z"}""");
        await _silo.GetAsync("/api/laws/on%20record/audit.csv?voters=true", ApiSilo.OperatorKey);

        // How an export ended is written behind its answer.
        JsonElement[] entries = [];
        Assert.True(await Poll.UntilAsync(
            async _ => (entries = await EntriesAsync("law=on%20record")).Length == 7,
            TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(50), Cancelled));

        Assert.Equal(
            [
                "audit-export done {\"votes\":0,\"format\":\"csv\",\"voters\":true}",
                "audit-export begun {\"format\":\"csv\",\"voters\":true}",
                "law-change refused {\"opens_at\":\"2020-01-01T00:00:00+00:00\"}",
                "law-close done {\"how\":\"forced\"}",
                "law-change done {\"title\":\"New\",\"closes_at\":\"none\"}",
                "law-create refused {}",
                "law-create done {\"title\":\"Title\"}",
            ],
            entries.Select(Text));
        Assert.All(entries, static entry => Assert.Equal(
            (Who, "127.0.0.1", "on record"),
            (Of(entry, "who"), Of(entry, "address"), Of(entry, "subject"))));
        Assert.StartsWith("key:", Who, StringComparison.Ordinal);
        Assert.Equal(ApiSilo.Hash(ApiSilo.OperatorKey)[..8].ToLowerInvariant(), Who[4..]);
    }

    [Fact]
    public async Task Without_its_entry_a_change_is_not_made_and_nothing_is_exported()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));
        await silo.CreateAsync("before");
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using (var revoke = owner.CreateCommand("revoke all on operator_log from votes_app"))
        {
            await revoke.ExecuteNonQueryAsync(Cancelled);
        }

        async Task Refused(HttpMethod method, string address, string? json = null) => Assert.Equal(
            HttpStatusCode.InternalServerError, (await silo.SendAsync(method, address, json, ApiSilo.OperatorKey)).Status);

        await Refused(HttpMethod.Post, "/api/laws", """{"id":"after"}""");
        await Refused(HttpMethod.Patch, "/api/laws/before", """{"close":true,"force":true}""");
        await Refused(HttpMethod.Get, "/api/laws/before/audit.csv");

        Assert.Equal(HttpStatusCode.NotFound, (await silo.GetAsync("/api/laws/after")).Status);
        Assert.Equal("open", (await silo.GetAsync("/api/laws/before")).Ok().GetProperty("status").GetString());
    }

    [Fact]
    public async Task Refusals_are_on_record_few_of_one_client_and_the_number_of_the_others()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using (var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Access:FailuresPerMinute", "1000"),
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)),
            ("Access:ReaderKeySha256", ApiSilo.Hash(ApiSilo.ReaderKey))))
        {
            await silo.GetAsync("/api/ops/silos", ApiSilo.ReaderKey);
            for (var i = 0; i < 4 * TrailQueue.RefusalsOfOne; i++)
            {
                await silo.GetAsync("/api/ops/silos", "wrong");
            }
        }

        // The silo has stopped, so all of it is written.
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var command = owner.CreateCommand(
            "select who, outcome, count(*), sum((details->>'refusals')::int) from operator_log group by 1, 2 order by 1, 2");
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancelled))
        {
            rows.Add($"{reader[0]} {reader[1]} {reader[2]} {reader[3]}");
        }

        // The minute may have turned meanwhile.
        Assert.Contains($"{KeyRing.NameOf(ApiSilo.ReaderKey)} refused 1 ", rows);
        var of = rows.Where(static row => row.StartsWith("anonymous", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, of.Length);
        var written = int.Parse(of[0].Split(' ')[2]);
        Assert.InRange(written, TrailQueue.RefusalsOfOne - 1, 2 * TrailQueue.RefusalsOfOne);
        Assert.Equal(4 * TrailQueue.RefusalsOfOne, written + int.Parse(of[1].Split(' ')[3]));
    }

    [Fact]
    public async Task The_log_is_read_in_parts_and_by_operators_alone()
    {
        for (var i = 0; i < 5; i++)
        {
            await _silo.CreateAsync($"paged {i}");
        }

        var whole = await EntriesAsync("limit=500");
        var first = (await _silo.GetAsync("/api/ops/log?limit=2", ApiSilo.OperatorKey)).Ok();
        Assert.Equal(2, first.GetProperty("entries").GetArrayLength());
        var before = first.GetProperty("before").GetInt64();
        Assert.Equal(before, first.GetProperty("entries")[1].GetProperty("id").GetInt64());
        Assert.True((await EntriesAsync($"limit=2&before={before}"))[0].GetProperty("id").GetInt64() < before);
        Assert.All(
            await EntriesAsync($"who={Uri.EscapeDataString(Who)}"),
            static entry => Assert.Equal(Who, Of(entry, "who")));
        Assert.NotEmpty(whole);

        (await _silo.GetAsync("/api/ops/log")).Detail(HttpStatusCode.Unauthorized);
        (await _silo.GetAsync("/api/ops/log", ApiSilo.ReaderKey)).Detail(HttpStatusCode.Forbidden);
        foreach (var query in new[] { "before=0", "limit=0", "limit=501", "law=%00" })
        {
            (await _silo.GetAsync($"/api/ops/log?{query}", ApiSilo.OperatorKey)).Detail(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task A_failed_replay_is_on_record_with_its_begin_and_its_end()
    {
        // This silo has no broker.
        await _silo.SendAsync(
            HttpMethod.Post, "/api/ops/dead-letters/replay", """{"law":"replayed","reason":"a\u0000b"}""", ApiSilo.OperatorKey);

        Assert.True(await Poll.UntilAsync(
            async _ => (await EntriesAsync("law=replayed")).Length == 2,
            TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(50), Cancelled));
        Assert.Equal(
            ["dead-letters-replay failed", "dead-letters-replay begun"],
            (await EntriesAsync("law=replayed")).Select(static entry => $"{Of(entry, "action")} {Of(entry, "outcome")}"));
    }

    private static string? Of(JsonElement entry, string name) => entry.GetProperty(name).GetString();

    private static string Text(JsonElement entry) =>
        $"{Of(entry, "action")} {Of(entry, "outcome")} {entry.GetProperty("details").GetRawText()}";

    private async Task<JsonElement[]> EntriesAsync(string query) =>
    [
        .. (await _silo.GetAsync($"/api/ops/log?{query}", ApiSilo.OperatorKey)).Ok().GetProperty("entries").EnumerateArray(),
    ];

    private Task<ApiAnswer> Change(string json) =>
        _silo.SendAsync(HttpMethod.Patch, "/api/laws/on%20record", json, ApiSilo.OperatorKey);
}
