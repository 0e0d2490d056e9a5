using Prometheus;
using Votes.Silo.Access;
using Votes.Silo.Api;
using Votes.Silo.Closing;
using Votes.Silo.Health;
using Votes.Silo.Hosting;
using Votes.Silo.Minutes;
using Votes.Silo.Operators;
using Votes.Silo.Pages;
using Votes.Silo.Reconcile;
using Votes.Silo.Statistics;
using Votes.Telemetry.Logs;

const string DefaultUrl = "http://127.0.0.1:8080";

// `Votes.Silo migrate` brings the schema up to date and ends.
if (args is ["migrate", .. var rest])
{
    return await MigrateCommand.RunAsync(rest);
}

// `Votes.Silo health` asks the silo beside it whether it is ready, and ends.
if (args is ["health"])
{
    return await HealthCommand.RunAsync(DefaultUrl);
}

// prometheus-net would subscribe to every meter of the process, Orleans' per-message histograms among them.
Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressMeters = true, SuppressEventCounters = true });
using var orleansMetrics = OrleansMetrics.Export(Metrics.DefaultRegistry);

// Settings lie beside the program, wherever it is started from.
var builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
if (builder.Configuration["urls"] is null)
{
    // Not in appsettings.json, which would win over ASPNETCORE_URLS.
    builder.WebHost.UseUrls(DefaultUrl);
}

if (!SecretSettings.TryAdd(builder.Configuration))
{
    return 1;
}

builder.AddVotesLogging();
builder.AddTally();
builder.AddSiloTracing();
builder.AddSiloStatistics();
builder.AddCluster();
builder.AddSiloHealth();
builder.AddReconcile();
builder.AddMinutes();
builder.AddClosing();
builder.AddApi();
builder.AddOperators();

return await SiloRun.RunAsync(builder, static app =>
{
    app.MapApi();
    app.MapPages();
    app.MapOperators();
    app.MapSiloHealth();
    app.MapSiloMetrics();
});
