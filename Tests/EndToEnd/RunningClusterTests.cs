using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Votes.Grains.Interfaces;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

[NeedsServers]
public sealed class RunningClusterTests(RunningCluster running) : IClassFixture<RunningCluster>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_message_has_its_outcome_and_every_dead_letter_its_reason()
    {
        Assert.Empty(running.Report.Differences);
        Assert.Null(running.Report.Stalled);
        Assert.True(running.Report.Exact);
        Assert.Equal(
            (20_000, 19_200, 400, 200, 200),
            (running.Report.Published, running.Report.Counted, running.Report.Duplicates, running.Report.Redelivered,
                running.Report.Rejected));
    }

    [Fact]
    public async Task Raw_voter_ids_are_in_no_table_log_or_metric()
    {
        var marker = $"voter-{RunningCluster.Plan.RunId}";
        await using var source = NpgsqlDataSource.Create(running.Cluster.Postgres.SuperuserConnectionString("votes"));
        await using var connection = await source.OpenConnectionAsync(Stop);
        var tables = await ColumnAsync(
            connection, "SELECT format('%I', table_name) FROM information_schema.tables WHERE table_schema = 'public'");
        Assert.Contains("vote_audit", tables);
        foreach (var table in tables)
        {
            Assert.DoesNotContain(await ColumnAsync(connection, $"SELECT t::text FROM {table} t"), HoldsMarker);
        }

        foreach (var log in Directory.EnumerateFiles(Path.Combine(running.Folder.Root, "logs")))
        {
            await using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            Assert.False(HoldsMarker(await reader.ReadToEndAsync(Stop)), $"{log} holds a voter id");
        }

        foreach (var address in running.Cluster.Addresses.MetricsUrls)
        {
            Assert.False(HoldsMarker(await RunningCluster.GetAsync(address, Stop)), $"{address} holds a voter id");
        }

        bool HoldsMarker(string text) => text.Contains(marker, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_metrics_add_up_to_what_was_counted()
    {
        var lines = new List<string>();
        foreach (var address in running.Cluster.Addresses.MetricsUrls)
        {
            lines.AddRange((await RunningCluster.GetAsync(address, Stop)).Split('\n'));
        }

        Assert.Equal(19_200, Sum("votes_settled_total{outcome=\"counted\"}"));
        Assert.Equal(19_200, Sum("current_vote_totals{"));
        Assert.Equal(20_000, Sum("batch_size_processed_total"));
        Assert.Equal(20_000, Sum("votes_received_total"));
        Assert.Equal(19_200, Sum("votes_outcomes_total{outcome=\"counted\"}"));
        Assert.Equal(0, Sum("pending_votes"));
        Assert.NotEqual(0, Sum("batch_processing_duration_seconds_count"));
        Assert.Contains(lines, static line => line.StartsWith("# TYPE aggregation_errors_total counter", StringComparison.Ordinal));

        // Orleans' own: what costs nothing per message, of each silo, and nothing that is counted for each.
        Assert.Equal(2, lines.Count(static line => line.StartsWith(
            "microsoft_orleans_orleans_networking_sockets_opened{direction=\"GatewayToClient\"} ", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(static line => line.StartsWith(
            "microsoft_orleans_orleans_messaging_sent_local ", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, static line => line.Contains("messages_size", StringComparison.Ordinal)
            || line.Contains("requests_latency", StringComparison.Ordinal));

        // 200 laws, 50 of them by name on each of two silos, all others as one.
        var laws = lines.Where(static line => line.StartsWith("votes_aggregated_total{", StringComparison.Ordinal))
            .Select(static line => line.Split('"')[1]).Distinct(StringComparer.Ordinal).ToList();
        Assert.InRange(laws.Count, 2, 101);
        Assert.Contains("other", laws);

        double Sum(string series) => lines
            .Where(line => line.StartsWith(series, StringComparison.Ordinal) && !line.StartsWith('#'))
            .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_grain_client_reads_the_totals_that_the_database_holds()
    {
        var builder = Host.CreateApplicationBuilder();
        await using var source = NpgsqlDataSource.Create(running.Cluster.Addresses.PostgresConnectionString);
        builder.UseOrleansClient(client => client
            .Configure<Orleans.Configuration.ClusterOptions>(
                static options => (options.ClusterId, options.ServiceId) = ("votes", "votes"))
            .UseAdoNetClustering(options => (options.Invariant, options.DataSource) = ("Npgsql", source)));
        using var host = builder.Build();
        await host.StartAsync(Stop);
        var client = host.Services.GetRequiredService<IClusterClient>();
        await using var connection = await source.OpenConnectionAsync(Stop);
        foreach (var law in running.Report.Laws.Take(20))
        {
            var tally = await client.GetGrain<ILawTallyGrain>(law.LawId).GetTallyAsync(Stop);

            Assert.Equal(law.Counted, tally.Choices.Sum(static choice => choice.Durable));
            Assert.Equal(0, tally.Choices.Sum(static choice => choice.Pending));
            Assert.All(tally.Choices, choice => Assert.Equal(law.ByChoice.GetValueOrDefault(choice.Choice), choice.Durable));
        }

        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task Ingests_have_their_own_account_at_the_broker_and_no_process_has_the_administrator_s()
    {
        var list = await running.Cluster.RabbitMq.ControlAsync(["list_connections", "--no-table-headers", "user"], Stop);

        var users = list.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Contains(BrokerAccounts.IngestUser, users);
        Assert.Empty(users.Except(
            [BrokerAccounts.IngestUser, BrokerAccounts.SiloUser, BrokerAccounts.PublisherUser], StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_process_answers_on_its_health_addresses()
    {
        foreach (var service in running.Cluster.Services)
        {
            await RunningCluster.GetAsync(new Uri($"{service.Address.Http}/health/live"), Stop);
            Assert.Equal(
                service.Address.Kind == ServiceKind.Silo
                    ? "membership: Healthy\ndatabase: Healthy\nflush: Healthy\n"
                    : "ingest: Healthy consuming\n",
                await RunningCluster.GetAsync(new Uri($"{service.Address.Http}/health/ready"), Stop));
        }
    }

    private static async Task<List<string>> ColumnAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var values = new List<string>();
        while (await reader.ReadAsync(Stop))
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}
