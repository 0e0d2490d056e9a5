using OpenTelemetry;
using OpenTelemetry.Metrics;
using Orleans.Runtime;
using Votes.Silo.Hosting;

namespace Votes.Silo.Dashboard;

/// <summary>
/// Feeds the dashboard's table of a silo's counters. The package would listen to all instruments of Orleans: that makes
/// Orleans count each message several times over, and walk through the grain directory's cache each second. Here only
/// those are listened to that the metrics page has too.
/// </summary>
/// <param name="exporter">Hands the counters to the dashboard.</param>
internal sealed class DashboardCounters(BaseExporter<Metric> exporter) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    // The package's own listener, and what it hands the counters to.
    private const string Listener = "Orleans.Dashboard.DashboardHost";
    private const string Exporter = "Orleans.Dashboard.Implementation.DashboardTelemetryExporter";

    private MeterProvider? _counters;

    /// <summary>Adds the package's services, and this in the place of its listener.</summary>
    /// <param name="services">The silo's.</param>
    /// <param name="addPackage">Adds the package's.</param>
    public static void AddInstead(IServiceCollection services, Action addPackage)
    {
        var others = services.ToHashSet(ReferenceEqualityComparer.Instance);
        addPackage();
        var exporter = services.Single(static service => service.ServiceType.FullName == Exporter).ServiceType;
        var participants = services.Where(service =>
            service.ServiceType == typeof(ILifecycleParticipant<ISiloLifecycle>) && !others.Contains(service)).ToList();
        foreach (var participant in participants)
        {
            services.Remove(participant);
            services.AddSingleton(provider =>
            {
                var made = (ILifecycleParticipant<ISiloLifecycle>)participant.ImplementationFactory!(provider);
                return made.GetType().FullName == Listener
                    ? new DashboardCounters((BaseExporter<Metric>)provider.GetRequiredService(exporter))
                    : made;
            });
        }
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(DashboardCounters), ServiceLifecycleStage.Active - 1, _ => StartAsync());

    /// <inheritdoc/>
    public void Dispose() => _counters?.Dispose();

    private Task StartAsync()
    {
        _counters = Sdk.CreateMeterProviderBuilder()
            .AddMeter(OrleansMetrics.Meter)
            .AddView(static instrument => OrleansMetrics.IsExported(instrument) ? null : MetricStreamConfiguration.Drop)
            .AddReader(new PeriodicExportingMetricReader(exporter, DashboardSetup.UpdateMilliseconds))
            .Build();
        return Task.CompletedTask;
    }
}
