using System.Diagnostics.Metrics;
using Prometheus;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

/// <summary>
/// What is listened to. A process has one set of listeners, and other tests in it may listen to everything: whether nobody
/// does is asked of the choice, not of the instrument.
/// </summary>
public sealed class OrleansMetricsTests
{
    [Theory]
    [InlineData("orleans-messaging-sent-dropped", OrleansMetrics.Meter, true)]
    [InlineData("orleans-networking-sockets-opened", OrleansMetrics.Meter, true)]
    [InlineData("orleans-gateway-sent", OrleansMetrics.Meter, false)]
    [InlineData("orleans-gateway-received", OrleansMetrics.Meter, false)]
    [InlineData("orleans-messaging-processing-dispatcher-received", OrleansMetrics.Meter, false)]
    [InlineData("orleans-messaging-processing-ima-enqueued", OrleansMetrics.Meter, false)]
    [InlineData("orleans-app-requests-latency", OrleansMetrics.Meter, false)]
    [InlineData("orleans-messaging-sent-messages-size", OrleansMetrics.Meter, false)]
    [InlineData("orleans-messaging-received-messages-size", OrleansMetrics.Meter, false)]
    [InlineData("orleans-messaging-sent-dropped", "Somebody.Else", false)]
    public void Nothing_that_is_counted_per_message_is_exported(string instrument, string meter, bool isExported)
    {
        using var source = new Meter(meter);

        Assert.Equal(isExported, OrleansMetrics.IsExported(source.CreateCounter<int>(instrument)));
    }

    [Fact]
    public void Exported_instruments_are_listened_to()
    {
        using var export = OrleansMetrics.Export(Metrics.NewCustomRegistry());
        using var source = new Meter(OrleansMetrics.Meter);

        Assert.True(source.CreateCounter<int>("orleans-messaging-sent-dropped").Enabled);
    }
}
