using Microsoft.Extensions.Logging;
using Votes.Grains.Flush;

namespace Votes.Grains.Reports;

/// <summary>Puts a silo's report together from what it has in memory.</summary>
public sealed class SiloReporter(
    GrainId id,
    Orleans.Runtime.Silo silo,
    ILoggerFactory loggers,
    TallyMetrics metrics,
    StoreState store,
    RecentEvents events)
    : GrainService(id, silo, loggers), ISiloReporter
{
    /// <inheritdoc/>
    public Task<SiloReport> ReportAsync()
    {
        var (rates, lag, laws) = metrics.Activity.Read();
        return Task.FromResult(new SiloReport(
            metrics.Activity.Uptime,
            Environment.WorkingSet,
            metrics.ActiveLaws,
            metrics.PendingVotes,
            rates,
            lag,
            laws,
            events.Newest,
            store.Failure));
    }
}
