using System.Text;
using Npgsql;
using RabbitMQ.Client;
using Votes.LoadTest;
using Votes.LoadTest.Planning;
using Votes.LoadTest.Publishing;
using Votes.LocalCluster;
using Votes.Tests.Ingest;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

/// <summary>What real processes tell of one vote: its trace to a collector, and their statistics when they stop.</summary>
[NeedsServers]
public sealed class TracedVoteTests : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly LocalFolder _folder = LocalFolder.ForTests("traced-vote");
    private readonly TraceCollector _collector = new();
    private Cluster? _cluster;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _collector.Dispose();
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public async Task One_trace_leads_from_the_message_to_the_sql_and_the_statistics_know_of_the_vote()
    {
        // Nothing is traced but what was sampled where it was published.
        var variables = new Dictionary<string, string?>
        {
            ["Tracing__OtlpEndpoint"] = _collector.Address.AbsoluteUri,
            ["Tracing__SampleRatio"] = "0",
        };
        _cluster = await Cluster.StartAsync(
            new ClusterOptions
            {
                Folder = _folder,
                Silos = 1,
                Ingests = 1,
                SharedBuffersMegabytes = 128,
                SiloVariables = variables,
                IngestVariables = variables,
            },
            static _ => { },
            Stop);
        await PublishUntracedAsync();
        var vote = await PublishTracedAsync();

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        var id = Encoding.Latin1.GetString(Convert.FromHexString(vote.ToString("N")));
        var told = await _collector.ListenAsync(
            new[]
            {
                ("votes-ingest", id), ("votes-ingest", "vote batch"), ("votes-ingest", "RecordAsync"),
                ("votes-silo", id), ("votes-silo", "RecordAsync"), ("votes-silo", "flush"), ("votes-silo", "count_votes"),
            }.ToLookup(static wanted => wanted.Item1, static wanted => wanted.Item2),
            patience.Token);

        Assert.All(told.Values, text => Assert.StartsWith("POST /v1/traces ", text, StringComparison.Ordinal));
        Assert.True(await _cluster.Ingests[0].StopAsync(StopLimit, Stop), "the Ingest had to be killed");
        Assert.True(await _cluster.Silos[0].StopAsync(StopLimit, Stop), "the silo had to be killed");
        Assert.Equal("2 2 0", await ScalarAsync(
            "select concat_ws(' ', received, settled, unsettled) from process_ledger where process like 'ingest/%'"));
        Assert.Equal("2 2 0", await ScalarAsync(
            "select concat_ws(' ', counted, votes_on_record, missing) from statistics_ledger"));
        Assert.Equal("t", await ScalarAsync(
            """
            select left((sum(batches) between 1 and 2 and bool_or(worst_flush_p99_ms > 0))::text, 1) from cluster_minutes
            """));
    }

    private async Task PublishUntracedAsync()
    {
        var factory = new ConnectionFactory { Uri = _cluster!.RabbitMq.Uri() };
        await using var connection = await factory.CreateConnectionAsync(Stop);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Stop);
        var body = Message.Bytes("law-2026-001", voterId: "bob", voteId: Guid.NewGuid());
        await channel.BasicPublishAsync(
            "", "votes.aggregation", mandatory: true, new BasicProperties { Persistent = true }, body, Stop);
    }

    /// <summary>Has the load test publish one vote, and returns its id, which is its trace's too.</summary>
    private async Task<Guid> PublishTracedAsync()
    {
        var plan = new MessagePlan(new LoadPlan
        {
            Votes = 1,
            Laws = 1,
            Duplicates = 0,
            Redeliveries = 0,
            Malformed = 0,
            RunId = RunId.New(),
        });
        var addresses = _cluster!.Addresses;
        await new Publisher(
                new Endpoints { PostgresUrl = addresses.PostgresUrl, AmqpUrl = addresses.AmqpUrl },
                new LoadSettings { TraceRatio = 1 },
                TimeProvider.System)
            .RunAsync(plan, new PublishControl(plan), new PublishCounters(), new Progress<LoadProgress>(), Stop);
        return VoteIds.Create(plan.RunId, 0);
    }

    private async Task<string?> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(PostgresAddress.Parse(_cluster!.Addresses.PostgresUrl));
        await using var command = source.CreateCommand(sql);
        return (string?)await command.ExecuteScalarAsync(Stop);
    }
}
