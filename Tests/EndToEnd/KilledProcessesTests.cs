using Npgsql;
using Votes.LoadTest;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.EndToEnd;

[NeedsServers]
public sealed class KilledProcessesTests
{
    private const int Votes = 60_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Totals_are_exact_after_an_ingest_and_a_silo_were_killed_midway()
    {
        var folder = LocalFolder.ForTests("killed-processes");
        await KillMidwayAsync(folder);
        folder.Delete();
    }

    private static async Task KillMidwayAsync(LocalFolder folder)
    {
        var options = new ClusterOptions { Folder = folder, Silos = 2, Ingests = 2, SharedBuffersMegabytes = 128 };
        await using var cluster = await Cluster.StartAsync(options, Report, Stop);
        var endpoints = new Endpoints
        {
            PostgresUrl = cluster.Addresses.PostgresUrl,
            AmqpUrl = cluster.Addresses.AmqpUrl,
            AmqpOperatorUrl = cluster.Addresses.AmqpOperatorUrl,
            MetricsUrls = cluster.Addresses.MetricsUrls,
        };
        var plan = new LoadPlan
        {
            Votes = Votes,
            Laws = 40,
            Skew = 1,
            Duplicates = 0.05,
            Redeliveries = 0.03,
            Malformed = 0.005,
            Seed = 7,
        };

        var run = LoadRun.RunAsync(plan, endpoints, new LoadSettings { InspectDeadLetters = true }, new Progress<LoadProgress>(), Stop);
        await WaitUntilCountedAsync(cluster, Votes / 4, run);
        await cluster.Ingests[0].KillAsync(Stop);
        await WaitUntilCountedAsync(cluster, Votes / 2, run);
        await cluster.Silos[1].KillAsync(Stop);
        var report = await run;

        Assert.Empty(report.Differences);
        Assert.Null(report.Stalled);
        Assert.True(report.Exact);
        Assert.Equal(Votes, report.Published);
        Assert.True(cluster.Silos[0].IsRunning);
        Assert.True(cluster.Ingests[1].IsRunning);
        Assert.True(await cluster.StopAsync(Stop), "a process did not stop by itself");
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
