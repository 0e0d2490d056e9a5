using System.Net;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;
using Votes.Silo.Board;
using Votes.Silo.Dashboard;
using Votes.Silo.Hosting.Tls;
using Votes.Silo.Operators;
using Votes.Telemetry.Tracing;

namespace Votes.Silo.Hosting;

/// <summary>The Orleans silo: membership and grain storage on PostgreSQL, tuned to see a dead silo fast.</summary>
public static class ClusterSetup
{
    private const string Invariant = "Npgsql";
    private const double LongestProbe = 1.25;

    // Seven times the interval is longer than the 30 seconds at which silos of the first version write: to call those stale
    // in a rolling upgrade would let a single silo declare one dead.
    private const int MissedAlives = 7;

    /// <summary>How long a suspected silo gets to show that it is there: as long as a probe's usual limit.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    /// <summary>Adds it.</summary>
    public static void AddCluster(this WebApplicationBuilder builder)
    {
        builder.Services.AddChecked<SiloClusterOptions>(SiloClusterOptions.Section);
        builder.Services.AddSingleton<SiloGeneration>();

        // Ahead of the cluster: its own start waits for what this logs.
        builder.Services.AddHostedService<JoinWatch>();
        builder.Services.AddSingleton<IValidateOptions<SiloClusterOptions>, PlaintextRule>();
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<SiloClusterOptions>>(
            static (host, cluster) => host.ShutdownTimeout = cluster.Value.StopTimeout);

        // Read here as well as from the options: which directory is used is decided while services are being added.
        var cluster = new SiloClusterOptions();
        builder.Configuration.GetSection(SiloClusterOptions.Section).Bind(cluster);
        builder.UseOrleans(silo =>
        {
            silo.UseAdoNetClustering(static options => options.Configure<NpgsqlDataSource>(static (adoNet, dataSource) =>
            {
                adoNet.Invariant = Invariant;
                adoNet.DataSource = dataSource;
            }));
            CheckSuspicions(silo.Services);
            silo.Services.AddSingleton<ILocalSiloDetails, SiloIdentity>();
            silo.AddAdoNetGrainStorageAsDefault(static options => options.Configure<NpgsqlDataSource>(
                static (adoNet, dataSource) =>
                {
                    adoNet.Invariant = Invariant;
                    adoNet.DataSource = dataSource;
                    adoNet.GrainStorageSerializer = new PlainStateSerializer();
                }));
            Configure(silo.Services);
            Encrypt(silo.Services, builder.Configuration);
            silo.AddIncomingGrainCallFilter<ClientCalls>();
            silo.AddBoard();
            if (TracingOptions.Read(builder.Configuration).IsOn)
            {
                silo.AddActivityPropagation();
            }

            silo.AddDashboard(SiloDashboardOptions.Read(builder.Configuration));
            if (cluster.DistributedDirectory)
            {
#pragma warning disable ORLEANSEXP003 // The kill and stop tests run with it; what is counted does not depend on it.
                silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
            }
        });
    }

    private static void CheckSuspicions(IServiceCollection services)
    {
        var table = services.Last(static service => service.ServiceType == typeof(IMembershipTable));
        services.Remove(table);
        services.AddSingleton<IMembershipTable>(provider => new CheckedSuspicions(
            (IMembershipTable)ActivatorUtilities.CreateInstance(provider, table.ImplementationType!),
            provider.GetRequiredService<ILocalSiloDetails>().SiloAddress,
            silo => AnswersAsync(provider, silo),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<CheckedSuspicions>>()));
    }

    private static async Task<bool> AnswersAsync(IServiceProvider services, SiloAddress silo)
    {
        var time = services.GetRequiredService<TimeProvider>();
        await services.GetRequiredService<SiloReporters>().AskAsync(silo).WaitAsync(AnswerTime, time);
        return true;
    }

    private static void Encrypt(IServiceCollection services, IConfiguration configuration) =>
        services.AddOptions<SiloConnectionOptions>().Configure(connections =>
        {
            if (ClusterTlsOptions.Read(configuration).Load() is { } tls)
            {
                connections.ConfigureSiloInboundConnection(tls.SecureInbound);
                connections.ConfigureGatewayInboundConnection(tls.SecureInbound);
                connections.ConfigureSiloOutboundConnection(tls.SecureOutbound);
            }
        });

    private static void Configure(IServiceCollection services)
    {
        services.AddOptions<ClusterOptions>().Configure<IOptions<SiloClusterOptions>>(static (orleans, ours) =>
        {
            orleans.ClusterId = ours.Value.ClusterId;
            orleans.ServiceId = ours.Value.ServiceId;
        });
        services.AddOptions<SiloOptions>().Configure<IOptions<SiloClusterOptions>>(static (orleans, ours) =>
        {
            if (ours.Value.Name.Length > 0)
            {
                orleans.SiloName = ours.Value.Name;
            }
        });
        services.AddOptions<EndpointOptions>().Configure<IOptions<SiloClusterOptions>>(static (orleans, ours) =>
        {
            var address = OwnAddress.Of(ours.Value.AdvertisedAddress);
            var listen = OwnAddress.ToListenOn(address);
            orleans.AdvertisedIPAddress = address;
            orleans.SiloPort = ours.Value.SiloPort;
            orleans.GatewayPort = ours.Value.GatewayPort;
            orleans.SiloListeningEndpoint = new IPEndPoint(
                listen, ours.Value.SiloListenPort ?? ours.Value.SiloPort);
            orleans.GatewayListeningEndpoint = new IPEndPoint(
                listen, ours.Value.GatewayListenPort ?? ours.Value.GatewayPort);
        });
        services.AddOptions<ClusterMembershipOptions>().Configure<IOptions<SiloClusterOptions>>(static (orleans, ours) =>
        {
            // A killed silo is declared dead after about 3 missed probes; two others must agree where there are two.
            orleans.ProbeTimeout = ours.Value.ProbeTimeout;
            orleans.NumMissedProbesLimit = 3;

            // Votes against a silo are held back for three times this long after its last message (Orleans' connection
            // liveness check). Orleans' default of four probe timeouts let a silo that stands still go on unnoticed for
            // 24 seconds.
            orleans.MaxProbeTimeout = ours.Value.ProbeTimeout * LongestProbe;
            orleans.NumVotesForDeathDeclaration = 2;

            // How long the silos of a cluster that was lost as a whole, and comes back at other addresses, are waited for.
            orleans.IAmAliveTablePublishTimeout = ours.Value.AliveInterval;
            orleans.NumMissedTableIAmAliveLimit = MissedAlives;
            orleans.DefunctSiloExpiration = TimeSpan.FromDays(1);
        });

        // No registration of a dead silo's grains waits for a lease to run out: two activations of a law at once are
        // harmless here, a law that nobody counts is not.
        services.AddOptions<GrainDirectoryOptions>().Configure(
            static directory => directory.RangeLeaseDuration = TimeSpan.Zero);
        services.AddOptions<SiloMessagingOptions>().Configure<IOptions<SiloClusterOptions>>(static (orleans, ours) =>
        {
            orleans.ResponseTimeout = ours.Value.ResponseTimeout;

            // For what silos ask each other of the directory. A question that a broken connection swallowed keeps the laws
            // it is about from being counted until it is given up and asked again; Orleans' default is 30 seconds.
            orleans.SystemResponseTimeout = ours.Value.ResponseTimeout / 2;
            orleans.ClientDropTimeout = ours.Value.ClientDropTimeout;

            // Tells clients to use another gateway before this one goes.
            orleans.ClientGatewayShutdownNotificationTimeout = TimeSpan.FromSeconds(1);
        });
    }
}
