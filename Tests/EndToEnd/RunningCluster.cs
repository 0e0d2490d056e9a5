using Votes.LoadTest;
using Votes.LocalCluster;
using Xunit;

namespace Votes.Tests.EndToEnd;

/// <summary>
/// A cluster of two silos and an Ingest as real processes that has counted one small run, shared by the tests of a class.
/// </summary>
public sealed class RunningCluster : IAsyncLifetime
{
    private Cluster? _cluster;

    /// <summary>What was published: all kinds of malformed messages among it.</summary>
    public static readonly LoadPlan Plan = new()
    {
        Votes = 20_000,
        Laws = 200,
        Skew = 1,
        Duplicates = 0.02,
        Redeliveries = 0.01,
        Malformed = 0.01,
        Seed = 11,
    };

    /// <summary>The cluster.</summary>
    public Cluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not started.");

    /// <summary>Where its data and logs are.</summary>
    public LocalFolder Folder { get; } = LocalFolder.ForTests("running-cluster");

    /// <summary>Where clients reach it.</summary>
    public Endpoints Endpoints => new()
    {
        PostgresUrl = Cluster.Addresses.PostgresUrl,
        AmqpUrl = Cluster.Addresses.AmqpUrl,
        AmqpOperatorUrl = Cluster.Addresses.AmqpOperatorUrl,
        MetricsUrls = Cluster.Addresses.MetricsUrls,
    };

    /// <summary>What came of the run.</summary>
    public LoadReport Report { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new ClusterOptions { Folder = Folder, Silos = 2, Ingests = 1, SharedBuffersMegabytes = 128 };
        _cluster = await Cluster.StartAsync(options, static _ => { }, CancellationToken.None);
        var settings = new LoadSettings { InspectDeadLetters = true };
        Report = await LoadRun.RunAsync(
            Plan, Endpoints, settings, new Progress<LoadProgress>(), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        await Folder.KillAndDeleteAsync(CancellationToken.None);
    }

    /// <summary>The text of a page.</summary>
    public static async Task<string> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(address, cancellationToken);
    }
}
