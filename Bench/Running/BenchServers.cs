using Npgsql;
using Votes.LoadTest;
using Votes.LocalCluster;

namespace Votes.Bench.Running;

/// <summary>
/// The broker and the database that all contestants share, and the cluster that is one of them. Owns all of their
/// processes: disposing stops them and removes their data.
/// </summary>
internal sealed class BenchServers : IAsyncDisposable
{
    private readonly LocalFolder _folder;

    private BenchServers(LocalFolder folder, Cluster cluster)
    {
        _folder = folder;
        Cluster = cluster;
    }

    /// <summary>Servers, silos and Ingests; between runs there are no silos and no Ingests.</summary>
    public Cluster Cluster { get; }

    /// <summary>Where records and logs of processes belong.</summary>
    public LocalFolder Folder => _folder;

    /// <summary>Where the load test reaches the servers.</summary>
    public Endpoints Endpoints => new()
    {
        PostgresUrl = Cluster.Addresses.PostgresUrl,
        // Queues are deleted between runs, and contestants other than Ingest bind none to an exchange.
        AmqpUrl = Cluster.RabbitMq.Uri(),
        Exchange = "",
        MetricsUrls = Cluster.Addresses.MetricsUrls,
    };

    /// <summary>What is set for silos and Ingests that start from now on, beside what a user would set.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; set; } = new Dictionary<string, string?>();

    /// <summary>Starts both servers with the schema, on data of their own.</summary>
    public static async Task<BenchServers> StartAsync(
        LocalFolder folder, int sharedBuffersMegabytes, CancellationToken cancellationToken)
    {
        await folder.KillAndDeleteAsync(cancellationToken);
        BenchServers? servers = null;
        try
        {
            var options = new ClusterOptions
            {
                Folder = folder,
                Silos = 1,
                Ingests = 0,
                EnvironmentName = "Production",
                SharedBuffersMegabytes = sharedBuffersMegabytes,
                VariablesOf = (_, _) => servers?.Variables ?? new Dictionary<string, string?>(),
            };
            var cluster = await Cluster.StartAsync(options, static _ => { }, cancellationToken);
            await cluster.ScaleAsync(0, 0, cancellationToken);
            servers = new BenchServers(folder, cluster);
            // The commits' own times tell when votes became durable; the setting takes a restart.
            await servers.ExecuteAsync("postgres", "alter system set track_commit_timestamp = on", cancellationToken);
            await cluster.Postgres.RestartAsync(cancellationToken);
            return servers;
        }
        catch
        {
            await folder.KillAndDeleteAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>A connection of the superuser, which ends when it is disposed.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(
            Cluster.Postgres.SuperuserConnectionString(database) + ";Pooling=false;Command Timeout=0");
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one statement as the superuser.</summary>
    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this program's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // No token: whatever ends the bench, nothing of it may go on.
        await Cluster.StopAsync(CancellationToken.None);
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }
}
