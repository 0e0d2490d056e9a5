using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Counting;
using Votes.Grains.Store;
using Xunit;

namespace Votes.Tests.Grains.Store;

public sealed class WentBackLogTests
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly LogLines<WentBackLog> _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly WentBackLog _wentBack;

    public WentBackLogTests() =>
        _wentBack = new WentBackLog(
            new TallyMetrics(Options.Create(new LawTallyOptions()), _time, _registry), _time, _log);

    [Fact]
    public async Task Each_law_that_went_back_is_in_the_metric_and_the_first_of_an_interval_in_the_log()
    {
        for (var law = 1; law <= 3; law++)
        {
            _wentBack.Report($"law {law}", [Total(7, 3, 7, 3), Total(7, 3, 5, 2)]);
        }

        _time.Advance(WentBackLog.LeastInterval);
        _wentBack.Report("law 4", [Total(7, 3, 0, 0)]);

        Assert.Contains("votes_database_went_back_total 4", await MetricsAsync(), StringComparison.Ordinal);
        Assert.Collection(
            _log.Lines,
            static line => Assert.StartsWith(
                "Error: The database has gone back. Law law 1, choice yes: 7 votes (version 3) were durable, 5 (version 2) are "
                + "on record.",
                line,
                StringComparison.Ordinal),
            static line => Assert.EndsWith("2 other laws since the last such line", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_total_that_grew_or_was_repaired_did_not_go_back()
    {
        _wentBack.Report("law", [Total(7, 3, 9, 4), Total(7, 3, 6, 8)]);
        _wentBack.Report("law", []);

        Assert.Contains("votes_database_went_back_total 0", await MetricsAsync(), StringComparison.Ordinal);
        Assert.Empty(_log.Lines);
    }

    private static RestatedTotal Total(long before, long versionBefore, long now, long versionNow) =>
        new(new ChoiceTotal("yes", before, versionBefore), new ChoiceTotal("yes", now, versionNow));

    private async Task<string> MetricsAsync()
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
