using Votes.Telemetry.Statistics;

namespace Votes.Ingest.Statistics;

/// <summary>What an Ingest puts on record: the messages it took and what became of them, off its metrics' counters.</summary>
public sealed class IngestWork(IngestMetrics metrics) : IWorkSource
{
    private MinuteFigures _taken;

    /// <inheritdoc/>
    public MinuteFigures Take()
    {
        var (now, before) = (metrics.SinceStart, _taken);
        _taken = now;
        return new MinuteFigures(
            now.Received - before.Received,
            now.Counted - before.Counted,
            now.Duplicates - before.Duplicates,
            now.Redelivered - before.Redelivered,
            now.Rejected - before.Rejected);
    }
}
