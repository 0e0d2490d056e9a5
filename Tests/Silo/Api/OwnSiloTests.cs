using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Votes.LocalCluster;
using Votes.Silo.Api.Live;
using Votes.Silo.Schema;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

/// <summary>What needs a silo, or a database server, of its own.</summary>
[NeedsServers]
public sealed class OwnSiloTests(TestServers servers)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_the_database_totals_are_answered_from_memory_and_the_rest_says_so()
    {
        var folder = LocalFolder.ForTests("api-database-down");
        await using var server = TestServers.NewPostgres(folder);
        await server.StartAsync(Cancelled);
        var database = await TestDatabase.BootstrapAsync(server, "votes", Cancelled);
        await SchemaMigrator.MigrateAsync(database.OwnerConnectionString, NullLogger.Instance, Cancelled);
        await using (var silo = await ApiSilo.StartAsync(database.SiloConnectionString))
        {
            await silo.VoteAsync("law-2026-001", VoteSamples.Of(4));
            (await silo.GetAsync("/api/laws/law-2026-001/tally")).Ok();

            await server.StopAsync(Cancelled);

            var tally = (await silo.GetAsync("/api/laws/law-2026-001/tally")).Ok();
            Assert.Equal(4, tally.GetProperty("total").GetInt64());
            foreach (var address in new[]
            {
                "/api/laws", "/api/laws/law-2026-001", "/api/laws/law-2026-001/history", "/api/stats",
                "/api/laws/law-2026-001/export.csv", "/api/laws/law-2026-002/tally", "/api/laws/law-2026-002/live",
            })
            {
                var answer = await silo.GetAsync(address);
                Assert.Equal(
                    "The database does not answer at the moment. Try again.",
                    answer.Detail(HttpStatusCode.ServiceUnavailable));
                Assert.Equal("2", answer.Headers["Retry-After"]);
            }

            // A silo that leaves says so in the database.
            await server.StartAsync(Cancelled);
        }

        await server.StopAsync(Cancelled);
        await folder.KillAndDeleteAsync(Cancelled);
    }

    [Fact]
    public async Task A_question_that_takes_too_long_is_ended()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("Api:QueryTimeout", "00:00:00.100"));
        await using var owner = Npgsql.NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var connection = await owner.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);
        await using var command = new Npgsql.NpgsqlCommand("lock table laws in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync(Cancelled);

        Assert.StartsWith(
            "The answer would have taken the database too long.",
            (await silo.GetAsync("/api/laws")).Detail(HttpStatusCode.ServiceUnavailable));
    }

    [Fact]
    public async Task A_client_that_asks_too_often_is_told_to_wait_and_health_is_not_counted()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("Api:RequestsPerSecond", "1"), ("Api:RequestBurst", "3"));
        ApiAnswer answer;
        var allowed = 0;
        while ((answer = await silo.GetAsync("/api/laws/no-such-law")).Status == HttpStatusCode.NotFound)
        {
            allowed++;
        }

        // A token may have come back meanwhile.
        Assert.InRange(allowed, 3, 6);
        Assert.Equal(
            "Too many requests at once. Wait 1 s and try again.", answer.Detail(HttpStatusCode.TooManyRequests));
        Assert.Equal("1", answer.Headers["Retry-After"]);
        Assert.Equal(HttpStatusCode.OK, (await silo.GetAsync("/health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await silo.GetAsync("/metrics")).Status);
    }

    [Fact]
    public async Task Metrics_and_health_have_a_limit_of_their_own()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("Api:OperationsRequestsPerSecond", "1"));
        ApiAnswer answer;
        var allowed = 0;
        while ((answer = await silo.GetAsync("/health/ready")).Status == HttpStatusCode.OK)
        {
            allowed++;
        }

        // A token may have come back meanwhile.
        Assert.InRange(allowed, 2, 10);
        answer.Detail(HttpStatusCode.TooManyRequests);
        (await silo.GetAsync("/api/laws")).Ok();
    }

    [Fact]
    public async Task An_answer_is_kept_under_one_name_however_its_address_is_written()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Api:CacheFor", "00:10:00"),
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));
        await silo.CreateAsync("a/b");
        await silo.CreateAsync("A/B");
        await silo.CreateAsync("a%2Fb");

        async Task<bool> IsKept(string address)
        {
            var answer = await silo.GetAsync(address);
            answer.Ok();
            return answer.Headers.ContainsKey("Age");
        }

        Assert.False(await IsKept("/api/laws?limit=1"));
        Assert.True(await IsKept("/api/l%61ws?limit=1"));
        Assert.True(await IsKept("/%61pi/laws?LIMIT=1"));
        Assert.False(await IsKept("/api/laws/a%2Fb/history"));
        Assert.True(await IsKept("/api/laws/%61%2Fb/history"));
        Assert.False(await IsKept("/api/laws/A%2FB/history"));
        Assert.False(await IsKept("/api/laws/a%252Fb/history"));

        // What is kept does not answer another question.
        (await silo.GetAsync("/api/laws?limit=1&typo=1")).Detail(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Streams_have_limits_and_end_with_the_silo()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("Live:MaxStreamsPerClient", "2"), ("Live:MaxWatchedLaws", "1"));
        await using var one = await EventStream.OpenAsync(silo, "/api/laws/law-2026-001/live");
        Assert.StartsWith(
            "This silo has as many live streams",
            (await silo.GetAsync("/api/laws/law-2026-002/live")).Detail(HttpStatusCode.ServiceUnavailable));
        await using var two = await EventStream.OpenAsync(silo, "/api/laws/law-2026-001/live");
        (await silo.GetAsync("/api/laws/law-2026-001/live")).Detail(HttpStatusCode.TooManyRequests);
        await one.UntilAsync("law-2026-001", 0);

        silo.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Null(await one.NextAsync());
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_is_cut_off_and_another_goes_on()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Live:WriteTimeout", "00:00:00.500"),
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));
        var choices = Enumerable.Range(0, 100).Select(static number => $"{number:D3}{new string('x', 61)}").ToArray();
        var law = System.Text.Json.JsonSerializer.Serialize(new { id = "wide", choices });
        var created = await silo.SendAsync(HttpMethod.Post, "/api/laws", law, ApiSilo.OperatorKey);
        Assert.Equal(HttpStatusCode.Created, created.Status);
        var live = silo.Services.GetRequiredService<LiveTallies>();
        await using var other = await EventStream.OpenAsync(silo, "/api/laws/wide/live");
        using var slow = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1 };
        await slow.ConnectAsync(silo.Address.Host, silo.Address.Port, Cancelled);
        await slow.SendAsync("GET /api/laws/wide/live HTTP/1.1\r\nHost: votes\r\n\r\n"u8.ToArray(), Cancelled);
        await other.UntilAsync("wide", 0);

        var wasOpen = false;
        var votes = 0;
        while (!wasOpen || live.Streams > 1)
        {
            wasOpen |= live.Streams > 1;
            votes++;
            await silo.VoteAsync("wide", VoteSamples.By(votes, choices[0]));
            await other.UntilAsync("wide", votes);
        }

        await silo.VoteAsync("wide", VoteSamples.By(votes + 1, choices[0]));
        await other.UntilAsync("wide", votes + 1);
        Assert.Equal((1, 1), (live.Streams, live.WatchedLaws));
    }

    [Fact]
    public async Task A_costly_answer_serves_many_for_a_moment_and_never_another_law()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Api:CacheFor", "00:10:00"),
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));
        await silo.CreateAsync("a/b");
        await silo.CreateAsync("a%2Fb");
        var first = (await silo.GetAsync("/api/laws/a%2Fb/history?step=60")).Ok();

        await silo.VoteAsync("a/b", VoteSamples.By(1));

        Assert.Equal(first.GetRawText(), (await silo.GetAsync("/api/laws/%61%2Fb/history?STEP=60")).Body);
        Assert.Equal("a%2Fb", (await silo.GetAsync("/api/laws/a%252Fb/history?step=60")).Ok().GetProperty("law_id").GetString());
    }
}
