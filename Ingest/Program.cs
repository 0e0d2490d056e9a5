using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;
using Prometheus;
using Votes.Grains.Interfaces;
using Votes.Ingest;
using Votes.Ingest.Configuration;
using Votes.Ingest.Laws;
using Votes.Ingest.Schema;
using Votes.Ingest.Statistics;
using Votes.Ingest.VoterKeys;
using Votes.Security;
using Votes.Silo.Hosting;
using Votes.Silo.Hosting.Tls;
using Votes.Telemetry.Clocks;
using Votes.Telemetry.Logs;
using Votes.Telemetry.Statistics;
using Votes.Telemetry.Tracing;
using ClusterOptions = Votes.Ingest.Configuration.ClusterOptions;

const string DefaultUrl = "http://127.0.0.1:8001";
const string ReadyTag = "ready";
TimeSpan pauseForOthers = TimeSpan.FromSeconds(2);
TimeSpan stopMargin = TimeSpan.FromSeconds(1);
TimeSpan answerMargin = TimeSpan.FromSeconds(1);

// `Votes.Ingest health` asks the Ingest beside it whether it is ready, and ends.
if (args is ["health"])
{
    return await HealthCommand.RunAsync(DefaultUrl);
}

// Its adapters subscribe to every meter of the process, and to Orleans' for each message.
Metrics.SuppressDefaultMetrics(new() { SuppressMeters = true, SuppressEventCounters = true });

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,
});
RabbitMqOptions rabbitMq;
DispatchOptions dispatch;
ClusterOptions cluster;
VoterKey voterKey;
TracingOptions tracing;
ClusterTls? clusterTls;
string database;
try
{
    builder.Configuration.AddInMemoryCollection(SecretFiles.Read(builder.Configuration.AsEnumerable()));
    rabbitMq = Section<RabbitMqOptions>(RabbitMqOptions.Section);
    rabbitMq.Validate();
    dispatch = Section<DispatchOptions>(DispatchOptions.Section);
    dispatch.Validate();
    cluster = Section<ClusterOptions>(ClusterOptions.Section);
    cluster.Validate();
    rabbitMq.ValidateAgainst(cluster.ResponseTimeout);
    cluster.ValidateAgainst(builder.Configuration.GetValue("Flush:GiveBackAfter", ClusterOptions.SilosGiveBackAfter));
    voterKey = Section<VoterKeyOptions>(VoterKeyOptions.Section).Read();
    tracing = Section<TracingOptions>(TracingOptions.Section);
    tracing.Validate();
    clusterTls = Section<ClusterTlsOptions>(ClusterTlsOptions.Section).Load();
    database = builder.Configuration.GetConnectionString("Votes") is { Length: > 0 } votes
        ? votes
        : throw new InvalidConfigurationException("ConnectionStrings:Votes is missing; it must be set.");
}
catch (Exception e) when (e is InvalidConfigurationException or InvalidOperationException)
{
    await Console.Error.WriteLineAsync($"This configuration cannot be used. {e.Message}");
    return 2;
}

// Not in appsettings.json, which would win over ASPNETCORE_URLS.
if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
{
    builder.WebHost.UseUrls(DefaultUrl);
}

builder.AddVotesLogging();

var state = new IngestState();
var services = builder.Services;
services.AddSingleton(rabbitMq).AddSingleton(dispatch).AddSingleton(cluster).AddSingleton(voterKey).AddSingleton(state);
services.AddDatabaseTime(
    _ => cluster.ClockTolerance, static _ => Metrics.CreateGauge(ClockSetup.Metric, ClockSetup.MetricHelp).Set);
services.AddVoteTracing("ingest", tracing);
services.AddSingleton(_ => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database)
{
    // A server that says nothing is not waited for; Orleans and the checks at the start try again.
    ApplicationName = "votes-ingest",
    Timeout = 5,
    CommandTimeout = 5,
    CancellationTimeout = -1,
    KeepAlive = 30,
    TcpKeepAlive = true,
    TcpKeepAliveTime = 5,
    TcpKeepAliveInterval = 2,
}));
services.AddSingleton<VoterKeyRegistry>();
services.AddSingleton(provider => new KnownSchema(
    provider.GetRequiredService<NpgsqlDataSource>(), KnownSchema.Embedded));
services.AddSingleton(new IngestMetrics(Metrics.DefaultFactory));
services.AddSingleton<LawGrains>();
services.AddSingleton<RecordVotes>(provider =>
{
    var laws = provider.GetRequiredService<LawGrains>();

    // The client's own limit should end a call; a law whose calls never ended could not send any more.
    return (lawId, batch, token) => laws[lawId].RecordAsync(batch, token)
        .WaitAsync(cluster.ResponseTimeout + answerMargin, token);
});
services.AddHealthChecks().AddCheck("ingest", state, HealthStatus.Unhealthy, [ReadyTag]);
services.Configure<HostOptions>(host =>
{
    // Liveness is served, and the voter key checked, while the cluster client still waits for silos.
    host.ServicesStartConcurrently = true;
    host.ShutdownTimeout = dispatch.DrainTimeout + pauseForOthers;
});

builder.UseOrleansClient(client =>
{
    if (tracing.IsOn)
    {
        client.AddActivityPropagation();
    }

    if (clusterTls is not null)
    {
        client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(clusterTls.SecureOutbound));
    }

    client
        .Configure<Orleans.Configuration.ClusterOptions>(options =>
        {
            options.ClusterId = cluster.ClusterId;
            options.ServiceId = cluster.ServiceId;
        })
        .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = cluster.ResponseTimeout)
        .Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = cluster.GatewayListRefreshPeriod)
        .UseAdoNetClustering(clustering => clustering.Configure<NpgsqlDataSource>((options, source) =>
        {
            options.Invariant = "Npgsql";
            options.DataSource = source;
        }))
        .UseConnectionRetryFilter<PatientConnectionRetry>()
        .AddClusterConnectionLostHandler((_, _) => state.HasCluster = false)
        .AddGatewayCountChangedHandler((_, change) => state.HasCluster = change.NumberOfConnectedGateways > 0);
});

// Ahead of the service, whose last votes its last row is to hold.
services.AddStatistics("ingest", static provider => new IngestWork(provider.GetRequiredService<IngestMetrics>()));

services.AddHostedService<IngestReporter>();

// Behind the cluster client: services stop in the opposite order, and the last votes need the client.
services.AddHostedService<IngestService>();

var app = builder.Build();
app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
app.MapHealthChecks("/health/ready", new()
{
    Predicate = check => check.Tags.Contains(ReadyTag),
    ResponseWriter = HealthAnswer.WriteAsync,
});
app.MapMetrics();
var stopping = app.Lifetime.ApplicationStopping;
using var guard = new StopGuard(app.Lifetime, dispatch.DrainTimeout + pauseForOthers + stopMargin);
try
{
    await app.RunAsync();
    await app.DisposeAsync();
}
catch (Exception e) when (e is OperationCanceledException or OrleansException && stopping.IsCancellationRequested)
{
    // Asked to stop before it had started, or refused to start: a cluster client that is stopped while it looks for silos says
    // that it has found none.
}
catch (Exception e) when (e is IOException or SocketException)
{
    // Its port is taken, or not allowed to it; these say which.
    state.Failure = e;
}

if (state.Failure is not { } failure)
{
    return 0;
}

// Once more, behind whatever the host had to say of its end.
await Console.Error.WriteLineAsync($"This process ends with status 1. {failure.Message}");
return 1;

T Section<T>(string name)
    where T : class, new()
{
    try
    {
        return builder.Configuration.GetSection(name).Get<T>() ?? new T();
    }
    catch (InvalidOperationException e)
    {
        // The binder's message names the key and the value that it cannot read.
        throw new InvalidConfigurationException(e.Message, e);
    }
}
