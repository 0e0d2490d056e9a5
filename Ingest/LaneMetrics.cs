using Prometheus;

namespace Votes.Ingest;

/// <summary>What one lane shows of itself.</summary>
public sealed class LaneMetrics
{
    private readonly Gauge.Child _unacked;
    private readonly Gauge.Child _backlog;

    internal LaneMetrics(Gauge.Child unacked, Gauge.Child backlog)
    {
        _unacked = unacked;
        _backlog = backlog;
    }

    /// <summary>Sets how many messages are unacked, and whether silos are asked to flush early.</summary>
    public void Unacked(long messages, bool hasBacklog)
    {
        _unacked.Set(messages);
        _backlog.Set(hasBacklog ? 1 : 0);
    }
}
