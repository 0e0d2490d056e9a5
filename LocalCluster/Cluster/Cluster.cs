namespace Votes.LocalCluster;

/// <summary>
/// A whole cluster on this machine: PostgreSQL, RabbitMQ, silos and Ingests, each a process of its own that outlives
/// this object. Owns which parts there are; one object at a time may change a folder's cluster.
/// </summary>
public sealed class Cluster : IAsyncDisposable
{
    // As in deploy/rabbitmq/rabbitmq.conf, where it is explained.
    private const int FrameMaxBytes = 16_384;

    private static readonly TimeSpan MigrationLimit = TimeSpan.FromMinutes(10);

    private readonly ClusterOptions _options;
    private readonly ClusterConfiguration _configuration;
    private readonly BrokerAccounts _broker;
    private readonly ClusterPorts _ports;
    private readonly Action<string> _report;
    private readonly List<ServiceProcess> _services;
    private ClusterState _state;

    private Cluster(ClusterOptions options, ClusterSecrets secrets, ClusterState state, Action<string> report)
    {
        _options = options;
        _state = state;
        _report = report;
        _ports = new ClusterPorts(options.DocumentedPorts);
        Postgres = new PostgresServer(PostgresSettings(options, state, secrets.Superuser));
        RabbitMq = new RabbitMqServer(RabbitMqSettings(options, state, secrets.RabbitMq));
        _broker = secrets.Broker;
        _configuration = new ClusterConfiguration(options, secrets, Postgres, RabbitMq);
        _services = [.. state.Services.Select(NewService)];
    }

    /// <summary>The database server.</summary>
    public PostgresServer Postgres { get; }

    /// <summary>The broker.</summary>
    public RabbitMqServer RabbitMq { get; }

    /// <summary>All silos and Ingests, running or not.</summary>
    public IReadOnlyList<ServiceProcess> Services => _services;

    /// <summary>The silos, running or not.</summary>
    public IReadOnlyList<ServiceProcess> Silos => [.. Of(ServiceKind.Silo)];

    /// <summary>The Ingests, running or not.</summary>
    public IReadOnlyList<ServiceProcess> Ingests => [.. Of(ServiceKind.Ingest)];

    /// <summary>Whether every part runs.</summary>
    public bool IsRunning => Postgres.IsRunning && RabbitMq.IsRunning && _services.Count > 0 &&
        _services.TrueForAll(service => service.IsRunning);

    /// <summary>
    /// Whether it is gone: nothing of it runs any more, or another one was started in its folder since. Another process may
    /// have stopped it.
    /// </summary>
    public bool IsGone => !IsOfFolder || (!Postgres.IsRunning && _services.TrueForAll(service => !service.IsRunning));

    private bool IsOfFolder => ClusterState.Read(_options.Folder) is not { } now || now.Run == _state.Run;

    /// <summary>How the migrating owner of the database connects, for Npgsql.</summary>
    public string OwnerConnectionString => _configuration.OwnerConnectionString;

    /// <summary>The key that operators sign in with.</summary>
    public string OperatorKey => _configuration.OperatorKey;

    /// <summary>Where clients reach the cluster.</summary>
    public ClusterAddresses Addresses => _configuration.Addresses(_state.Services);

    /// <summary>The cluster that a folder knows of, running or not; null when it knows none.</summary>
    public static async Task<Cluster?> FindAsync(
        ClusterOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        if (ClusterState.Read(options.Folder) is not { } state)
            return null;
        var secrets = await ClusterSecrets.LoadAsync(options.Folder, cancellationToken);
        return new Cluster(options, secrets, state, report);
    }

    /// <summary>
    /// Brings a folder's cluster to what the options say: starts what does not run, stops what is too many. Returns
    /// when every part is ready. When it fails, a cluster of which nothing ran before is stopped again.
    /// </summary>
    /// <param name="options">What the cluster shall be.</param>
    /// <param name="report">Told in a sentence what happens.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ClusterException">A part did not start; the message carries the end of its log.</exception>
    public static async Task<Cluster> StartAsync(
        ClusterOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        options.Validate();
        var secrets = await ClusterSecrets.LoadAsync(options.Folder, cancellationToken);
        var before = ClusterState.Read(options.Folder);
        var ranBefore = ProcessFile.Alive(options.Folder.Root).Count > 0;
        // After `make down` or a reboot, others may have the ports by now; while a part runs, its ports are its own.
        var state = ranBefore && before is not null
            ? before
            : new ClusterPorts(options.DocumentedPorts).ForServers(before);
        state.Write(options.Folder);
        var cluster = new Cluster(options, secrets, state, report);
        try
        {
            await cluster.BringUpAsync(cancellationToken);
            return cluster;
        }
        catch when (!ranBefore)
        {
            await cluster.StopAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Starts silos and Ingests that are missing, and stops those that are too many, the last ones first.</summary>
    public async Task ScaleAsync(int silos, int ingests, CancellationToken cancellationToken)
    {
        // Ingests that leave go before silos that leave, and silos that come before Ingests that come: an Ingest
        // always has somebody to talk to.
        await RemoveAsync(ServiceKind.Ingest, ingests, cancellationToken);
        await RemoveAsync(ServiceKind.Silo, silos, cancellationToken);
        await AddAsync(ServiceKind.Silo, silos, cancellationToken);
        await AddAsync(ServiceKind.Ingest, ingests, cancellationToken);
        await Addresses.WriteAsync(_options.Folder.EndpointsFile, cancellationToken);
    }

    /// <summary>
    /// Stops everything in order: Ingests, silos, broker and database. What does not stop in time is killed. True when
    /// nothing had to be killed. Where another cluster was started in the folder since, that one is left alone.
    /// </summary>
    public async Task<bool> StopAsync(CancellationToken cancellationToken)
    {
        if (!IsOfFolder)
        {
            // Its processes, ports and file of addresses are those of the cluster that came after it.
            _report("another cluster was started in this folder since; it is left alone");
            return true;
        }

        var clean = await StopAllAsync(Ingests, cancellationToken);
        clean &= await StopAllAsync(Silos, cancellationToken);
        await Task.WhenAll(RabbitMq.StopAsync(cancellationToken), Postgres.StopAsync(cancellationToken));
        File.Delete(_options.Folder.EndpointsFile);
        return clean;
    }

    /// <summary>Stops everything.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task BringUpAsync(CancellationToken cancellationToken)
    {
        if (!Postgres.IsRunning || !RabbitMq.IsRunning)
            _report($"starting PostgreSQL on port {Postgres.Port} and RabbitMQ on port {RabbitMq.Port}");
        await Task.WhenAll(PrepareDatabaseAsync(cancellationToken), PrepareBrokerAsync(cancellationToken));
        await ScaleAsync(_options.Silos, _options.Ingests, cancellationToken);
    }

    private async Task PrepareBrokerAsync(CancellationToken cancellationToken)
    {
        await RabbitMq.StartAsync(cancellationToken);
        await RabbitMq.AddAccountsAsync(_broker, cancellationToken);
    }

    private async Task PrepareDatabaseAsync(CancellationToken cancellationToken)
    {
        await Postgres.StartAsync(cancellationToken);
        await Postgres.RunScriptAsync(
            Path.Combine(Repository.Root, "db", "bootstrap", "roles.sql"), _configuration.ForBootstrap(),
            cancellationToken);
        await Command.RunOrThrowAsync(
            [Repository.DotNet, Repository.Program("Silo"), "migrate"], _configuration.ForMigration(), "",
            MigrationLimit, cancellationToken);
    }

    private async Task AddAsync(ServiceKind kind, int wanted, CancellationToken cancellationToken)
    {
        for (var number = 1; number <= wanted; number++)
        {
            if (!Of(kind).Any(service => service.Address.Number == number))
                _services.Add(NewService(_ports.ForService(kind, number, _state.LastHttpPorts)));
        }

        _services.Sort((one, other) => (one.Address.Kind, one.Address.Number)
            .CompareTo((other.Address.Kind, other.Address.Number)));
        SaveServices();
        var started = Of(kind).Where(service => !service.IsRunning).ToList();
        foreach (var service in started)
        {
            _report($"starting {service.Name} on {service.Address.Http}");
            service.Start();
        }

        // All are waited for, those that ran before too: ready is what this promises.
        await Task.WhenAll(
            Of(kind).Select(service => service.WaitUntilReadyAsync(_options.ReadyLimit, cancellationToken)));
    }

    private async Task RemoveAsync(ServiceKind kind, int wanted, CancellationToken cancellationToken)
    {
        var leaving = Of(kind).Where(service => service.Address.Number > wanted).ToList();
        await StopAllAsync(leaving, cancellationToken);
        foreach (var service in leaving)
            _services.Remove(service);
        SaveServices();
    }

    private async Task<bool> StopAllAsync(
        IReadOnlyList<ServiceProcess> services, CancellationToken cancellationToken)
    {
        var stopped = await Task.WhenAll(services.Where(service => service.IsRunning).Select(StopOneAsync));
        return stopped.All(clean => clean);

        async Task<bool> StopOneAsync(ServiceProcess service)
        {
            _report($"stopping {service.Name}");
            var clean = await service.StopAsync(_options.StopLimit, cancellationToken);
            if (!clean)
                _report($"{service.Name} did not stop within {_options.StopLimit.TotalSeconds:0} s and was killed");
            return clean;
        }
    }

    private IEnumerable<ServiceProcess> Of(ServiceKind kind) =>
        _services.Where(service => service.Address.Kind == kind);

    private ServiceProcess NewService(ServiceAddress address) =>
        new(_options.Folder, address, _options.ProgramOf(address.Kind), _configuration.For(address));

    private void SaveServices()
    {
        _state = _state.With(_services.Select(service => service.Address));
        _state.Write(_options.Folder);
    }

    private static PostgresSettings PostgresSettings(ClusterOptions options, ClusterState state, string password) =>
        new()
        {
            Folder = options.Folder.Postgres,
            LogFile = options.Folder.Log("postgres"),
            Port = state.PostgresPort,
            Password = password,
            SharedBuffersMegabytes = options.SharedBuffersMegabytes,
            TrackCommitTimestamps = options.TrackCommitTimestamps,
            Tls = options.Tls,
        };

    private static RabbitMqSettings RabbitMqSettings(ClusterOptions options, ClusterState state, string password) =>
        new()
        {
            Folder = options.Folder.RabbitMq,
            LogFile = options.Folder.Log("rabbitmq"),
            Port = state.AmqpPort,
            EpmdPort = state.EpmdPort,
            DistributionPort = state.DistributionPort,
            Password = password,
            FrameMax = FrameMaxBytes,
            Tls = options.Tls,
        };
}
