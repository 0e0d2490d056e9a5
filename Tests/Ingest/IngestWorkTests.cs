using Prometheus;
using Votes.Ingest;
using Votes.Ingest.Statistics;
using Votes.Telemetry.Statistics;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class IngestWorkTests
{
    private readonly IngestMetrics _metrics = new(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry()));

    [Fact]
    public void Each_message_and_each_outcome_is_taken_once()
    {
        var work = new IngestWork(_metrics);
        _metrics.Received(100);
        _metrics.Recorded(counted: 60, redelivered: 10, duplicates: 5);
        _metrics.DeadLettered("not_json");
        Assert.Equal(
            new MinuteFigures(Received: 100, Counted: 60, Duplicates: 5, Redelivered: 10, Rejected: 1), work.Take());

        Assert.Equal(default, work.Take());
        _metrics.Recorded(counted: 24, redelivered: 0, duplicates: 0);
        Assert.Equal(new MinuteFigures(Counted: 24), work.Take());
    }
}
