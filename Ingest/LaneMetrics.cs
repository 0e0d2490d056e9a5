using Prometheus;

namespace Votes.Ingest;

/// <summary>What one lane shows of itself.</summary>
public sealed class LaneMetrics
{
    private readonly Gauge.Child _unacked;
    private readonly Gauge.Child _backlog;
    private readonly Gauge.Child _redeliveries;

    internal LaneMetrics(Gauge.Child unacked, Gauge.Child backlog, Gauge.Child redeliveries)
    {
        _unacked = unacked;
        _backlog = backlog;
        _redeliveries = redeliveries;
    }

    /// <summary>Sets how many messages are unacked, and whether silos are asked to flush early.</summary>
    public void Unacked(long messages, bool hasBacklog)
    {
        _unacked.Set(messages);
        _backlog.Set(hasBacklog ? 1 : 0);
    }

    /// <summary>Sets how often, at the most, a message of the last minutes had been delivered before.</summary>
    public void Redeliveries(long count) => _redeliveries.Set(count);
}
