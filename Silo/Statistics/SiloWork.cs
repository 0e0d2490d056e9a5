using Votes.Grains.Reports;
using Votes.Telemetry.Statistics;

namespace Votes.Silo.Statistics;

/// <summary>
/// What a silo puts on record: its flushes. What became of each vote is Ingest's to tell, which sees every message: of both,
/// the sum would count votes twice.
/// </summary>
public sealed class SiloWork(FlushTimes flushes) : IWorkSource
{
    /// <inheritdoc/>
    public MinuteFigures Take()
    {
        var (count, p50, p99) = flushes.Take();
        return new MinuteFigures(Batches: count, FlushP50Ms: p50, FlushP99Ms: p99);
    }
}
