using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using RabbitMQ.Client;
using Votes.Ingest;
using Votes.Ingest.Lanes;
using Xunit;

namespace Votes.Tests.Ingest;

public sealed class RedeliveryWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly LogLines<RedeliveryWatch> _lines = new();
    private readonly RedeliveryWatch _watch;

    public RedeliveryWatchTests() => _watch = new RedeliveryWatch(
        "lane 0", new IngestMetrics(Metrics.WithCustomRegistry(_registry)).Lane("lane 0"), _time, _lines);

    [Fact]
    public async Task Largest_count_of_the_last_minutes_is_shown()
    {
        Redeliver(3);
        Redeliver(2);
        _watch.Show();
        Assert.Equal("3", await ShownAsync());

        _time.Advance(TimeSpan.FromMinutes(5));
        Redeliver(1);
        _watch.Show();
        Assert.Equal("3", await ShownAsync());

        _time.Advance(TimeSpan.FromMinutes(5));
        _watch.Show();
        Assert.Equal("1", await ShownAsync());

        _time.Advance(TimeSpan.FromMinutes(10));
        _watch.Show();
        Assert.Equal("0", await ShownAsync());
    }

    [Fact]
    public async Task Half_of_the_usual_limit_is_warned_of_at_once_and_then_each_doubling()
    {
        Redeliver(RedeliveryWatch.WarnAt - 1);
        Assert.Empty(_lines.Lines);

        Redeliver(RedeliveryWatch.WarnAt);
        Redeliver(RedeliveryWatch.WarnAt);
        Assert.Equal("10", await ShownAsync());
        Assert.Contains("delivered 10 times before", Assert.Single(_lines.Lines), StringComparison.Ordinal);

        Redeliver((2 * RedeliveryWatch.WarnAt) - 1);
        Assert.Single(_lines.Lines);
        Redeliver(2 * RedeliveryWatch.WarnAt);
        Assert.Equal(2, _lines.Lines.Count);
    }

    [Fact]
    public void When_it_was_over_it_is_warned_of_anew()
    {
        Redeliver(RedeliveryWatch.WarnAt);
        _time.Advance(TimeSpan.FromMinutes(11));
        _watch.Show();

        Redeliver(RedeliveryWatch.WarnAt);

        Assert.Equal(2, _lines.Lines.Count);
    }

    [Fact]
    public void Messages_of_queues_that_do_not_count_are_none()
    {
        _watch.Redelivered(new BasicProperties());
        _watch.Redelivered(new BasicProperties
        {
            Headers = new Dictionary<string, object?> { ["x-delivery-count"] = "many" },
        });

        Assert.Empty(_lines.Lines);
    }

    private void Redeliver(long count) => _watch.Redelivered(new BasicProperties
    {
        Headers = new Dictionary<string, object?> { ["x-delivery-count"] = count },
    });

    private async Task<string> ShownAsync()
    {
        using var text = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        const string Line = "votes_redelivery_count_max{lane=\"lane 0\"} ";
        return System.Text.Encoding.UTF8.GetString(text.ToArray()).Split('\n')
            .Single(static line => line.StartsWith(Line, StringComparison.Ordinal))[Line.Length..];
    }
}
