using Votes.Grains.Interfaces;
using Votes.Grains.Reports;
using Xunit;

namespace Votes.Tests.Grains.Reports;

public sealed class IngestRegistryTests
{
    private readonly IngestRegistry _registry = new();

    [Fact]
    public void The_last_report_of_each_Ingest_is_kept_by_name()
    {
        _registry.Take(Report("b", 2), Seconds(2));
        _registry.Take(Report("a", 2), Seconds(3));
        _registry.Take(Report("b", 4), Seconds(4));

        var known = _registry.Read(Seconds(5));

        Assert.Equal(["a", "b"], known.Select(static ingest => ingest.Report.Name));
        Assert.Equal([Seconds(2), Seconds(1)], known.Select(static ingest => ingest.Silence));
    }

    [Fact]
    public void Rates_are_those_between_two_reports()
    {
        _registry.Take(Report("a", 10, received: 1_000, settled: 900), Seconds(10));
        _registry.Take(Report("a", 12, received: 1_600, settled: 1_100), Seconds(12));

        var ingest = Assert.Single(_registry.Read(Seconds(12)));

        Assert.Equal((300, 100), (ingest.ReceivedPerSecond, ingest.SettledPerSecond));
    }

    [Fact]
    public void A_process_that_was_started_again_under_the_same_name_has_no_rate_yet()
    {
        _registry.Take(Report("a", 100, received: 5_000), Seconds(100));
        _registry.Take(Report("a", 1, received: 10), Seconds(103));

        Assert.Equal(0, Assert.Single(_registry.Read(Seconds(103))).ReceivedPerSecond);
    }

    [Fact]
    public void An_Ingest_that_stops_in_order_is_forgotten_at_once()
    {
        _registry.Take(Report("a", 2), Seconds(2));
        _registry.Take(Report("a", 3, isStopping: true), Seconds(3));

        Assert.Empty(_registry.Read(Seconds(3)));
    }

    [Theory]
    [InlineData(600, 1)]
    [InlineData(601, 0)]
    public void A_silent_Ingest_is_kept_for_ten_minutes(int seconds, int known)
    {
        _registry.Take(Report("a", 2), Seconds(0));

        Assert.Equal(known, _registry.Read(Seconds(seconds)).Length);
    }

    [Fact]
    public void Beyond_the_limit_the_longest_silent_one_goes()
    {
        for (var ingest = 0; ingest <= IngestRegistry.MostIngests; ingest++)
        {
            _registry.Take(Report($"ingest {ingest:0000}", 2), Seconds(ingest / 100.0));
        }

        var known = _registry.Read(Seconds(20));

        Assert.Equal(IngestRegistry.MostIngests, known.Length);
        Assert.Equal("ingest 0001", known[0].Report.Name);
    }

    private static IngestReport Report(
        string name, double uptime, long received = 0, long settled = 0, bool isStopping = false) =>
        new(name, "1.0", Seconds(uptime), 2, 2, 0, 0, false, 0, received, settled, isStopping);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
