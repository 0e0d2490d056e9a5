using System.Collections.Concurrent;
using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// The drill's own cluster of real processes, every link between them through a fault proxy. Owns the processes, the
/// proxies and the folder.
/// </summary>
internal sealed class DrillCluster : IAsyncDisposable
{
    private const int SharedBuffersMegabytes = 128;

    /// <summary>How long a silo or an Ingest may take to stop before it is killed.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);

    /// <summary>How long a silo or an Ingest may take to become ready.</summary>
    public static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(120);

    private readonly DrillOptions _options;
    private readonly IDisposable _lock;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _settling = new(StringComparer.Ordinal);

    private DrillCluster(DrillOptions options, Cluster cluster, DrillLinks links, IDisposable folderLock)
    {
        _options = options;
        _lock = folderLock;
        Cluster = cluster;
        Links = links;
        Endpoints = LocalEndpoints.Of(cluster.Addresses);
        Queues = new VoteQueues(cluster.RabbitMq, Endpoints);
        Stopping = _stopping.Token;
    }

    /// <summary>The processes.</summary>
    public Cluster Cluster { get; }

    /// <summary>The proxies.</summary>
    public DrillLinks Links { get; }

    /// <summary>Where the load reaches the servers: straight, since the drill's own connections are not under test.</summary>
    public Endpoints Endpoints { get; }

    /// <summary>The queues.</summary>
    public VoteQueues Queues { get; }

    /// <summary>
    /// Held by whoever brings a silo back: two faults may have hit the same one, and heal at the same time.
    /// </summary>
    public SemaphoreSlim Settling(ServiceProcess silo) =>
        _settling.GetOrAdd(silo.Name, static _ => new SemaphoreSlim(1, 1));

    /// <summary>How the superuser connects to the votes' database, for Npgsql; straight.</summary>
    public string Superuser => Cluster.Postgres.SuperuserConnectionString("votes");

    /// <summary>Where everything is.</summary>
    public LocalFolder Folder => _options.Folder;

    /// <summary>How many silos it has when nothing is wrong.</summary>
    public int Silos => _options.Silos;

    /// <summary>How many Ingests it has when nothing is wrong.</summary>
    public int Ingests => _options.Ingests;

    /// <summary>Cancelled when the cluster is disposed of: what a fault still does has to end.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>
    /// Removes what an earlier drill left in the folder, processes included, and starts a cluster there. Returns when
    /// every process is ready and both queues are there for good.
    /// </summary>
    /// <param name="options">What the cluster shall be.</param>
    /// <param name="report">Told in a sentence what happens.</param>
    /// <param name="cancellationToken">Ends the start, and what was started.</param>
    /// <exception cref="ClusterException">Another drill uses the folder, or a part did not start.</exception>
    public static async Task<DrillCluster> StartAsync(
        DrillOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        using (options.Folder.Lock())
            await options.Folder.KillAndDeleteAsync(cancellationToken);
        var folderLock = options.Folder.Lock();
        options.Folder.Own();
        var links = new DrillLinks(options.Seed);
        Cluster? cluster = null;
        try
        {
            cluster = await Cluster.StartAsync(ClusterOptions(options, links), report, cancellationToken);
            var drill = new DrillCluster(options, cluster, links, folderLock);
            await drill.Queues.SettleAsync(cancellationToken);
            return drill;
        }
        catch
        {
            if (cluster is not null)
                await cluster.DisposeAsync();
            await options.Folder.KillAllAsync(CancellationToken.None);
            await links.DisposeAsync();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Stops everything, whatever state it is in; the logs stay.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        // What stands still, or cannot be reached, cannot be asked to stop.
        foreach (var service in Cluster.Services)
            service.Resume();
        Cluster.Postgres.Resume();
        try
        {
            await Links.PassAsync(CancellationToken.None);
            await Cluster.StopAsync(CancellationToken.None);
        }
        finally
        {
            await _options.Folder.KillAllAsync(CancellationToken.None);
            await Links.DisposeAsync();
            _lock.Dispose();
            _stopping.Dispose();
        }
    }

    private static ClusterOptions ClusterOptions(DrillOptions options, DrillLinks links) => new()
    {
        Folder = options.Folder,
        Silos = options.Silos,
        Ingests = options.Ingests,
        SharedBuffersMegabytes = SharedBuffersMegabytes,
        TrackCommitTimestamps = true,
        SiloProgram = options.SiloProgram,
        IngestProgram = options.IngestProgram,
        SiloVariables = options.SiloVariables,
        IngestVariables = options.IngestVariables,
        VariablesOf = links.Connect,
        ReadyLimit = ReadyLimit,
        StopLimit = StopLimit,
    };
}
