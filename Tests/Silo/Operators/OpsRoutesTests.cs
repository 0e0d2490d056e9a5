using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using RabbitMQ.Client;
using Votes.Tests.Grains;
using Votes.Tests.Ops;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Operators;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class OpsRoutesTests(SharedApi api, TestServers servers)
{
    private const string Look = "/api/ops/dead-letters/look";
    private const string Replay = "/api/ops/dead-letters/replay";

    private readonly ApiSilo _silo = api.Silo;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_for_operators_alone()
    {
        foreach (var (method, address) in new[]
        {
            (HttpMethod.Get, "/api/ops/silos"), (HttpMethod.Get, "/api/ops/queues"),
            (HttpMethod.Post, Look), (HttpMethod.Post, Replay),
        })
        {
            (await _silo.SendAsync(method, address, "{}")).Detail(HttpStatusCode.Unauthorized);
            (await _silo.SendAsync(method, address, "{}", ApiSilo.ReaderKey)).Detail(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task A_silo_tells_its_laws_and_what_it_settled()
    {
        // More than other tests' laws on this silo have: ten are listed.
        await _silo.VoteAsync("watched by operators", VoteSamples.Of(2_000));

        var silos = (await _silo.GetAsync("/api/ops/silos", ApiSilo.OperatorKey)).Ok().GetProperty("silos");

        var silo = Assert.Single(silos.EnumerateArray());
        Assert.Equal(("active", 0), (silo.GetProperty("status").GetString(), silo.GetProperty("pending_votes").GetInt64()));
        Assert.NotEqual(0, silo.GetProperty("laws").GetInt32());
        Assert.NotEqual(0, silo.GetProperty("memory_bytes").GetInt64());
        Assert.NotEqual(0, silo.GetProperty("activations").GetInt32());
        Assert.NotEqual(0, silo.GetProperty("rates").GetProperty("counted").GetDouble());
        Assert.Contains(
            silo.GetProperty("hot_laws").EnumerateArray(),
            static law => law.GetProperty("law_id").GetString() == "watched by operators");
    }

    [Fact]
    public async Task Without_a_broker_they_say_what_to_set()
    {
        var queues = (await _silo.GetAsync("/api/ops/queues", ApiSilo.OperatorKey)).Ok();
        Assert.False(queues.GetProperty("configured").GetBoolean());
        Assert.StartsWith("This silo knows no broker: set RabbitMq:Uri", queues.GetProperty("problem").GetString());

        var look = await _silo.SendAsync(HttpMethod.Post, Look, "{}", ApiSilo.OperatorKey);
        Assert.StartsWith("This silo knows no broker", look.Detail(HttpStatusCode.ServiceUnavailable));
    }

    [Fact]
    public async Task Another_sites_page_changes_nothing()
    {
        var answer = await _silo.SendAsync(
            HttpMethod.Post, Replay, """{"all":true}""", ApiSilo.OperatorKey, ("Sec-Fetch-Site", "cross-site"));

        Assert.StartsWith("This was sent by another site's page", answer.Detail(HttpStatusCode.Forbidden));
    }

    [Theory]
    [InlineData("{}", "Say which letters")]
    [InlineData("""{"all":true,"reason":"x"}""", "Say which letters")]
    [InlineData("""{"all":true,"most":0}""", "most is 0")]
    [InlineData("""{"all":true,"most":10001}""", "most is 10001")]
    [InlineData("""{"everything":true}""", "The body is not what this route takes")]
    public async Task Bad_choices_are_refused(string json, string detail) => Assert.StartsWith(
        detail, (await _silo.SendAsync(HttpMethod.Post, Replay, json, ApiSilo.OperatorKey)).Detail(HttpStatusCode.BadRequest));

    [Fact]
    public async Task Dead_letters_are_counted_by_reason_and_replayed()
    {
        await using var letters = await DeadLetterFixture.CreateAsync(servers);
        await letters.AddVotesAsync(3, "law_closed");
        await letters.AddVotesAsync(2, "law_unknown");
        await letters.AddHostileAsync();
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)),
            ("RabbitMq:Uri", letters.Broker.AbsoluteUri));

        var found = (await silo.SendAsync(HttpMethod.Post, Look, "{}", ApiSilo.OperatorKey)).Ok();
        Assert.Equal(9, found.GetProperty("fit").GetInt64());
        Assert.Equal(
            """[{"reason":"","field":"","count":4,"can_succeed":true},"""
            + """{"reason":"law_closed","field":"law_id","count":3,"can_succeed":false},"""
            + """{"reason":"law_unknown","field":"law_id","count":2,"can_succeed":true}]""",
            found.GetProperty("groups").GetRawText());

        var replayed = (await silo.SendAsync(
            HttpMethod.Post, Replay, """{"reason":"law_closed","most":2}""", ApiSilo.OperatorKey)).Ok();
        Assert.Equal(2, replayed.GetProperty("replayed").GetInt64());

        var queues = (await silo.GetAsync("/api/ops/queues", ApiSilo.OperatorKey)).Ok();
        Assert.Equal(2, queues.GetProperty("votes").GetProperty("ready").GetInt64());
        Assert.Equal(7, queues.GetProperty("dead_letters").GetProperty("ready").GetInt64());
    }

    [Fact]
    public async Task The_statistics_tell_the_brokers_backlog_where_the_silo_knows_a_broker()
    {
        Assert.Equal(JsonValueKind.Null, (await _silo.GetAsync("/api/stats")).Ok().GetProperty("backlog").ValueKind);
        await using var letters = await DeadLetterFixture.CreateAsync(servers);
        for (var vote = 0; vote < 4; vote++)
        {
            await letters.Channel.BasicPublishAsync("", DeadLetterFixture.Queue, mandatory: true, Letters.Vote(vote), Cancelled);
        }

        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("RabbitMq:Uri", letters.Broker.AbsoluteUri));

        // A broker that takes its time is left out of one answer, and is in a later one.
        JsonElement backlog;
        do
        {
            backlog = (await silo.GetAsync("/api/stats")).Ok().GetProperty("backlog");
        }
        while (backlog.ValueKind == JsonValueKind.Null);
        Assert.Equal(4, backlog.GetInt64());
    }

    [Fact]
    public async Task A_broker_that_is_not_there_keeps_no_statistics_back()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);

        // It takes connections and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("RabbitMq:Uri", $"amqp://a:b@{silent.LocalEndpoint}/"));

        var stats = (await silo.GetAsync("/api/stats")).Ok();

        Assert.Equal(JsonValueKind.Null, stats.GetProperty("backlog").ValueKind);
        Assert.Equal(1, stats.GetProperty("silos").GetInt32());
    }
}
