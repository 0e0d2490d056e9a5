using System.Diagnostics.Metrics;
using Prometheus;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class OrleansMetricsTests
{
    [Theory]
    [InlineData("orleans-messaging-sent-dropped", OrleansMetrics.Meter, true)]
    [InlineData("orleans-networking-sockets-opened", OrleansMetrics.Meter, true)]
    [InlineData("orleans-gateway-sent", OrleansMetrics.Meter, false)]
    [InlineData("orleans-gateway-received", OrleansMetrics.Meter, false)]
    [InlineData("orleans-messaging-processing-dispatcher-received", OrleansMetrics.Meter, false)]
    [InlineData("orleans-messaging-processing-ima-enqueued", OrleansMetrics.Meter, false)]
    [InlineData("orleans-messaging-sent-dropped", "Somebody.Else", false)]
    public void Nobody_listens_to_what_is_counted_per_message(string instrument, string meter, bool isHeard)
    {
        using var export = OrleansMetrics.Export(Metrics.NewCustomRegistry());
        using var source = new Meter(meter);

        Assert.Equal(isHeard, source.CreateCounter<int>(instrument).Enabled);
    }

    [Theory]
    [InlineData("orleans-app-requests-latency")]
    [InlineData("orleans-messaging-sent-messages-size")]
    [InlineData("orleans-messaging-received-messages-size")]
    public void Nobody_listens_to_histograms_of_messages(string instrument)
    {
        using var export = OrleansMetrics.Export(Metrics.NewCustomRegistry());
        using var source = new Meter(OrleansMetrics.Meter);

        Assert.False(source.CreateHistogram<int>(instrument).Enabled);
    }
}
