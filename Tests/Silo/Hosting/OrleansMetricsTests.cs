using System.Diagnostics.Metrics;
using System.Text;
using Prometheus;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class OrleansMetricsTests
{
    // Silos of other tests in this process have a meter of the same name.
    private static readonly KeyValuePair<string, object?> OfThisTest = new("Direction", "Test");

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

    [Fact]
    public async Task A_page_has_the_connections_that_were_opened_and_the_messages_that_were_dropped()
    {
        var registry = Metrics.NewCustomRegistry();
        using var export = OrleansMetrics.Export(registry);
        using var source = new Meter(OrleansMetrics.Meter);
        var opened = source.CreateCounter<int>("orleans-networking-sockets-opened");
        opened.Add(1, OfThisTest);
        opened.Add(1, OfThisTest);
        var dropped = source.CreateCounter<int>("orleans-messaging-sent-dropped");
        dropped.Add(3, OfThisTest);

        var page = await PageAsync(registry);

        Assert.Contains(Sample("networking_sockets_opened", 2), page, StringComparison.Ordinal);
        Assert.Contains(Sample("messaging_sent_dropped", 3), page, StringComparison.Ordinal);
    }

    private static string Sample(string name, int value) =>
        $"\nmicrosoft_orleans_orleans_{name}{{direction=\"Test\"}} {value}\n";

    private static async Task<string> PageAsync(CollectorRegistry registry)
    {
        using var page = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(page, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(page.ToArray());
    }
}
