using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Prometheus;

namespace Votes.Silo.Hosting;

/// <summary>
/// Orleans' own figures on the metrics page, and of them only those that cost nothing per message: what Orleans keeps
/// anyway and is read when the page is, and what it counts when something rare happens. Its counters and histograms of
/// each message (sizes, latencies, what gateways and dispatchers pass on) stay off: they cost next to nothing as long as
/// nobody listens.
/// </summary>
public static class OrleansMetrics
{
    /// <summary>The name of Orleans' meter.</summary>
    public const string Meter = "Microsoft.Orleans";

    private static readonly FrozenSet<string> Exported = FrozenSet.ToFrozenSet(
        [
            // Kept in any case, read with the page.
            "orleans-messaging-sent-header-size",
            "orleans-messaging-received-header-size",
            "orleans-messaging-sent-local",
            "orleans-catalog-activations",

            // Counted when a connection comes or goes.
            "orleans-networking-sockets-opened",
            "orleans-networking-sockets-closed",

            // Counted when something is amiss.
            "orleans-messaging-sent-failed",
            "orleans-messaging-sent-dropped",
            "orleans-messaging-rejected",
            "orleans-messaging-rerouted",
            "orleans-messaging-expired",
            "orleans-scheduler-long-running-turns",
        ],
        StringComparer.Ordinal);

    /// <summary>
    /// Exports them from now on, until disposed. Before the silo is built, so that nothing is missed.
    /// </summary>
    public static IDisposable Export(CollectorRegistry registry) => MeterAdapter.StartListening(new MeterAdapterOptions
    {
        Registry = registry,
        InstrumentFilterPredicate = IsExported,

        // The longest there is: a counter that has not moved for so long begins again at 0, as after a restart. That is why
        // no figure is exported that goes up and down by steps, such as the clients of a gateway.
        MetricsExpireAfter = TimeSpan.FromDays(1),
    });

    /// <summary>Whether it is on the page; nobody listens to the others.</summary>
    public static bool IsExported(Instrument instrument) =>
        instrument.Meter.Name == Meter && Exported.Contains(instrument.Name);
}
