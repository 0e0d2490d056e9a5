using System.Globalization;
using Npgsql;
using Votes.LoadTest;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

/// <summary>What SIGTERM does to processes under full load: they go by themselves within the limit of the contract.</summary>
[NeedsServers]
public sealed class GracefulStopTests : IAsyncDisposable
{
    private const int Votes = 60_000;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly LocalFolder _folder = LocalFolder.ForTests("graceful-stop");
    private Cluster? _cluster;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        // What the processes had to say is in the test's output, as their folder goes.
        foreach (var log in Directory.EnumerateFiles(Path.GetDirectoryName(_folder.Log("any"))!, "*-*.log").Order())
        {
            Report(LogFile.Tail(log, 25));
        }

        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Processes_that_are_told_to_stop_under_load_lose_nothing_and_repeat_nothing()
    {
        var cluster = await StartAsync();
        var first = RunAsync(cluster, seed: 1, cluster.Addresses.MetricsUrls);
        await WaitUntilCountedAsync(cluster, Votes / 4, first);
        Assert.True(await cluster.Ingests[1].StopAsync(StopLimit, Stop), "the Ingest had to be killed");
        await AssertExactAsync(first);

        // All that the Ingest had taken was acked before it went, so nothing of it came again.
        Assert.Equal((Votes, 0), await SettledAsync(cluster.Silos, "votes_settled_total"));

        var before = await SettledAsync(cluster.Ingests, "votes_outcomes_total");
        var second = RunAsync(cluster, seed: 2, cluster.Addresses.MetricsUrls);
        await WaitUntilCountedAsync(cluster, Votes + (Votes / 4), second);
        Assert.True(await cluster.Silos[1].StopAsync(StopLimit, Stop), "the silo had to be killed");
        await AssertExactAsync(second);
        var after = await SettledAsync(cluster.Ingests, "votes_outcomes_total");
        Report($"the silo's stop: {after.Counted - before.Counted} counted, {after.Redelivered - before.Redelivered} again");
        Assert.Equal((Votes, 0), (after.Counted - before.Counted, after.Redelivered - before.Redelivered));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Processes_that_are_told_to_stop_while_the_database_is_away_end_in_time(bool standsStill)
    {
        var cluster = await StartAsync();
        var settings = new LoadSettings { StallLimit = TimeSpan.FromDays(1) };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var run = RunAsync(cluster, seed: 3, cluster.Addresses.MetricsUrls, settings, ending.Token);
        await WaitUntilCountedAsync(cluster, Votes / 4, run);
        var database = cluster.Postgres.Process!;
        var all = database.Children().Prepend(database).ToList();
        if (standsStill)
        {
            all.ForEach(static process => process.Send(Signal.Stop));
        }
        else
        {
            await cluster.Postgres.KillAsync(Stop);
        }

        var stopped = await Task.WhenAll(
            cluster.Ingests.Concat(cluster.Silos).Select(service => service.StopAsync(StopLimit, Stop)));
        all.ForEach(static process => process.Send(Signal.Continue));
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => run);

        Assert.All(stopped, Assert.True);
    }

    private static async Task AssertExactAsync(Task<LoadReport> run)
    {
        var report = await run;
        Assert.Empty(report.Differences);
        Assert.Null(report.Stalled);
        Assert.Equal(Votes, report.Counted);
    }

    private async Task<Cluster> StartAsync()
    {
        var options = new ClusterOptions { Folder = _folder, Silos = 2, Ingests = 2, SharedBuffersMegabytes = 128 };
        return _cluster = await Cluster.StartAsync(options, Report, Stop);
    }

    private static Task<LoadReport> RunAsync(
        Cluster cluster, int seed, IReadOnlyList<Uri> metrics, LoadSettings? settings = null, CancellationToken? stop = null)
    {
        var endpoints = new Endpoints
        {
            PostgresUrl = cluster.Addresses.PostgresUrl,
            AmqpUrl = cluster.Addresses.AmqpUrl,
            AmqpOperatorUrl = cluster.Addresses.AmqpOperatorUrl,
            MetricsUrls = metrics,
        };
        var plan = new LoadPlan
        {
            Votes = Votes,
            Laws = 40,
            Skew = 1,
            Duplicates = 0,
            Redeliveries = 0,
            Malformed = 0,
            Seed = seed,
        };
        return LoadRun.RunAsync(
            plan, endpoints, settings ?? new LoadSettings(), new Progress<LoadProgress>(), stop ?? Stop);
    }

    private static async Task<(long Counted, long Redelivered)> SettledAsync(
        IEnumerable<ServiceProcess> services, string metric)
    {
        var (counted, redelivered) = (0L, 0L);
        foreach (var service in services.Where(static service => service.IsRunning))
        {
            var page = await RunningCluster.GetAsync(new Uri($"{service.Address.Http}/metrics"), Stop);
            counted += Value(page, $"{metric}{{outcome=\"counted\"}} ");
            redelivered += Value(page, $"{metric}{{outcome=\"redelivered\"}} ");
        }

        return (counted, redelivered);

        static long Value(string page, string series) => page.Split('\n')
            .Where(line => line.StartsWith(series, StringComparison.Ordinal))
            .Sum(line => long.Parse(line[series.Length..], CultureInfo.InvariantCulture));
    }

    private static async Task WaitUntilCountedAsync(Cluster cluster, long votes, Task run)
    {
        await using var source = NpgsqlDataSource.Create(cluster.Addresses.PostgresConnectionString);
        await using var counted = source.CreateCommand("SELECT coalesce(sum(total), 0)::bigint FROM vote_results");
        while (!run.IsCompleted && (long)(await counted.ExecuteScalarAsync(Stop))! < votes)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
        }

        Assert.False(run.IsCompleted, "the run ended before the fault");
    }

    private static void Report(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);
}
