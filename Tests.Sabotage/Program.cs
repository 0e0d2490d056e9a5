using Npgsql;
using Votes.Grains.Store;
using Votes.Silo.Health;
using Votes.Silo.Hosting;
using Votes.Telemetry.Logs;
using Votes.Tests.Sabotage;

// A silo with one deliberate fault, named by SABOTAGE: the chaos drill must find each of them. It is the real silo in all
// but its store, and no part of what is shipped.
var builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddVotesLogging();
builder.AddTally();
builder.AddCluster();
builder.AddSiloHealth();

var real = builder.Services.Last(service => service.ServiceType == typeof(ITallyStore)).ImplementationFactory!;

// Silos' own role may not write the tables: what the store without the unique key does, a shipped silo could not do.
var connectionString = new NpgsqlConnectionStringBuilder(builder.Configuration.GetConnectionString("Votes"))
{
    Username = "votes_service",
    Password = File.ReadAllText(builder.Configuration["SABOTAGE_PASSWORD_FILE"]!).Trim(),
}.ConnectionString;
builder.Services.AddSingleton<ITallyStore>(services =>
{
    var store = (ITallyStore)real(services);
    return builder.Configuration["SABOTAGE"] switch
    {
        "ack-before-commit" => new AckBeforeCommit(store),
        "no-unique-key" => new WithoutUniqueKey(store, connectionString),
        "drop-on-error" => new DropOnError(store),
        var other => throw new InvalidOperationException($"SABOTAGE is '{other}', which is none."),
    };
});

return await SiloRun.RunAsync(builder, static app =>
{
    app.MapSiloHealth();
    Prometheus.MetricServerMiddlewareExtensions.MapMetrics(app);
});
