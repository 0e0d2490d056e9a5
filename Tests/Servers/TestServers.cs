using System.Globalization;
using Npgsql;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace Votes.Tests.Servers;

/// <summary>
/// The real servers of a test run: started when the first test asks for one, stopped at the end of the run. A test
/// class takes this in its constructor. No server that was there before is ever touched.
/// </summary>
public sealed class TestServers : IAsyncLifetime
{
    private const string Template = "votes_template";
    private const int VirtualHostsAtOnce = 24;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Queue<string> _freeVirtualHosts = new();
    private LocalFolder? _folder;
    private PostgresServer? _postgres;
    private RabbitMqServer? _rabbitMq;
    private bool _hasTemplate;
    private int _databases;
    private int _virtualHosts;

    /// <summary>Removes what killed runs left behind.</summary>
    public async ValueTask InitializeAsync() =>
        await LocalFolder.RemoveLeftoversOfTestsAsync(CancellationToken.None);

    /// <summary>Makes a new database with roles and rights, and with the tables that this build brings.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var server = await PostgresAsync(cancellationToken);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            // Migrated once a run: a copy takes a tenth of the time.
            if (!_hasTemplate)
                await TestDatabase.MigrateAsync(server, Template, cancellationToken);
            _hasTemplate = true;
        }
        finally
        {
            _gate.Release();
        }

        return await TestDatabase.CopyAsync(server, NextDatabase(), Template, cancellationToken);
    }

    /// <summary>Makes a new database with roles and rights, and no table.</summary>
    public async Task<TestDatabase> CreateEmptyDatabaseAsync(CancellationToken cancellationToken)
    {
        var server = await PostgresAsync(cancellationToken);
        return await TestDatabase.BootstrapAsync(server, NextDatabase(), cancellationToken);
    }

    /// <summary>Makes a new virtual host on the broker, with nothing in it; returns its address.</summary>
    public async Task<Uri> CreateVirtualHostAsync(CancellationToken cancellationToken)
    {
        var server = await RabbitMqAsync(cancellationToken);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_freeVirtualHosts.Count == 0)
            {
                var names = Enumerable.Range(0, VirtualHostsAtOnce).Select(_ => NextVirtualHost()).ToArray();
                await server.AddVirtualHostsAsync(names, cancellationToken);
                foreach (var name in names)
                    _freeVirtualHosts.Enqueue(name);
            }

            return server.Uri(_freeVirtualHosts.Dequeue());
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The shared PostgreSQL server, running. Tests that stop or kill a server start their own.</summary>
    public async Task<PostgresServer> PostgresAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_postgres is null)
            {
                _postgres = NewPostgres(Folder());
                await _postgres.StartAsync(cancellationToken);
            }

            return _postgres;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The shared RabbitMQ server, running. Tests that stop or kill a server start their own.</summary>
    public async Task<RabbitMqServer> RabbitMqAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_rabbitMq is null)
            {
                _rabbitMq = NewRabbitMq(Folder());
                await _rabbitMq.StartAsync(cancellationToken);
            }

            return _rabbitMq;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops the servers and removes their data.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_postgres is not null)
            await _postgres.StopAsync(CancellationToken.None);
        if (_rabbitMq is not null)
            await _rabbitMq.StopAsync(CancellationToken.None);
        if (_folder is not null)
            await _folder.KillAndDeleteAsync(CancellationToken.None);
        _gate.Dispose();
    }

    /// <summary>A PostgreSQL server of a test's own in a folder, not started.</summary>
    public static PostgresServer NewPostgres(
        LocalFolder folder, ServerTls? tls = null, PostgresServer? standbyOf = null) => new(new PostgresSettings
        {
            StandbyOf = standbyOf,
            Folder = folder.Postgres,
            LogFile = folder.Log("postgres"),
            Port = Ports.Free(),
            Password = "postgres",
            SharedBuffersMegabytes = 128,
            MaxWalMegabytes = 1024,
            Tls = tls,
        });

    /// <summary>A RabbitMQ server of a test's own in a folder, not started.</summary>
    public static RabbitMqServer NewRabbitMq(LocalFolder folder, ServerTls? tls = null) => new(new RabbitMqSettings
    {
        Folder = folder.RabbitMq,
        LogFile = folder.Log("rabbitmq"),
        Port = Ports.Free(),
        EpmdPort = Ports.Free(),
        DistributionPort = Ports.Free(),
        Password = "votes",
        Tls = tls,
    });

    private string NextVirtualHost() => string.Create(CultureInfo.InvariantCulture, $"test-{++_virtualHosts}");

    private LocalFolder Folder() => _folder ??= LocalFolder.ForTests("servers");

    private string NextDatabase() =>
        string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
}
