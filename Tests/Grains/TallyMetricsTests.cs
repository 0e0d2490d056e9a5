using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Xunit;

namespace Votes.Tests.Grains;

public sealed class TallyMetricsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly TallyMetrics _metrics;

    public TallyMetricsTests() =>
        _metrics = new TallyMetrics(Options.Create(new LawTallyOptions()), _time, _registry);

    [Fact]
    public async Task A_scrape_of_100_000_laws_stays_small_and_loses_no_vote()
    {
        for (var law = 0; law < 100_000; law++)
        {
            Count($"law {law}", "yes", added: 2, total: 2);
            Count($"law {law}", "no", added: 1, total: 1);
        }

        var page = await ScrapeAsync();

        // 50 laws by name and all others as one, with two choices each.
        Assert.Equal(102, Series(page, "votes_aggregated_total{").Count);
        Assert.Equal(102, Series(page, "current_vote_totals{").Count);
        Assert.Equal(300_000, Series(page, "votes_aggregated_total{").Sum());
        Assert.Equal(300_000, Series(page, "current_vote_totals{").Sum());
        Assert.InRange(Encoding.UTF8.GetByteCount(page), 1, 64 * 1024);
    }

    [Fact]
    public async Task Choices_of_unnamed_laws_are_bounded_too()
    {
        for (var law = 0; law < 1_000; law++)
        {
            Count($"law {law}", $"choice {law}", added: 1, total: 1);
        }

        var page = await ScrapeAsync();

        Assert.Equal(51, Series(page, "votes_aggregated_total{").Count);
        Assert.Contains("""votes_aggregated_total{law_id="other",choice="other"} 950""", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_law_that_becomes_busy_gets_a_name_and_the_sum_of_totals_stays()
    {
        for (var law = 0; law < 100; law++)
        {
            Count($"law {law}", "yes", added: 1, total: 1);
        }

        Assert.Empty(Series(await ScrapeAsync(), """votes_aggregated_total{law_id="law 99","""));
        _time.Advance(TimeSpan.FromSeconds(30));
        Count("law 99", "yes", added: 1_000, total: 1_001);
        Count("law 99", "yes", added: 5, total: 1_006);

        var page = await ScrapeAsync();
        Assert.Equal([5], Series(page, """votes_aggregated_total{law_id="law 99","""));
        Assert.Equal([1_006], Series(page, """current_vote_totals{law_id="law 99","""));
        Assert.Equal(1_105, Series(page, "current_vote_totals{").Sum());
    }

    [Fact]
    public async Task A_law_that_leaves_the_silo_takes_its_totals_along()
    {
        Count("stays", "yes", added: 3, total: 3);
        Count("leaves", "yes", added: 4, total: 4);
        var tally = new Tally();
        tally.Set(new ChoiceTotal("yes", 4, 1));
        _metrics.LawDeactivated("leaves", tally);

        var page = await ScrapeAsync();
        Assert.Empty(Series(page, """current_vote_totals{law_id="leaves","""));
        Assert.Equal(3, Series(page, "current_vote_totals{").Sum());
        Assert.Equal(7, Series(page, "votes_aggregated_total{").Sum());
    }

    private void Count(string lawId, string choice, long added, long total)
    {
        var moved = new MovedTotal(lawId, added, new ChoiceTotal(choice, total, total));
        _metrics.Flushed(new FlushResult([], [moved]), TimeSpan.Zero, TimeSpan.Zero);
        _metrics.TotalMoved(lawId, choice, total - added, total);
    }

    private async Task<string> ScrapeAsync()
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static List<double> Series(string page, string prefix) =>
    [
        .. page.Split('\n').Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
            .Select(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)),
    ];
}
