using Votes.LoadTest.Verifying;
using Xunit;

namespace Votes.Tests.LoadTest;

public sealed class MetricsPageTests
{
    private const string Page = """
        # HELP votes_outcomes_total Votes by outcome.
        # TYPE votes_outcomes_total counter
        votes_outcomes_total{outcome="counted"} 100
        votes_outcomes_total{outcome="redelivered"} 7
        votes_outcomes_total{lane="1",outcome="redelivered"} 1.5e1 1767225600000
        votes_outcomes_total_more{outcome="redelivered"} 1000
        votes_received_total 130
        """;

    [Fact]
    public void Series_of_the_label_are_added_up() =>
        Assert.Equal(22, MetricsPage.Sum(Page, "votes_outcomes_total", "outcome", "redelivered"));

    [Fact]
    public void A_page_without_such_a_series_has_no_sum()
    {
        Assert.Null(MetricsPage.Sum(Page, "votes_outcomes_total", "outcome", "rejected"));
        Assert.Null(MetricsPage.Sum("", "votes_outcomes_total", "outcome", "rejected"));
    }

    [Fact]
    public void A_metric_without_labels_is_read_by_its_whole_name()
    {
        Assert.Equal(130, MetricsPage.Value(Page, "votes_received_total"));
        Assert.Null(MetricsPage.Value(Page, "votes_received"));
        Assert.Null(MetricsPage.Value(Page, "votes_outcomes_total"));
    }

    [Fact]
    public void Growth_is_told_only_where_every_page_goes_on()
    {
        Assert.Equal(3, OutcomeMetrics.Growth(Figures(("a", 1), ("b", 2)), Figures(("a", 2), ("b", 4))));
        Assert.Equal(5, OutcomeMetrics.Growth(Figures(("a", 1)), Figures(("a", 2), ("new", 4))));
        Assert.Null(OutcomeMetrics.Growth(Figures(("a", 1)), Figures(("a", 0))));
        Assert.Null(OutcomeMetrics.Growth(Figures(("a", 1), ("b", 1)), Figures(("a", 1))));
        Assert.Null(OutcomeMetrics.Growth(Figures(), Figures(("a", 1))));
    }

    private static Dictionary<string, double> Figures(params (string Page, double Figure)[] figures) =>
        figures.ToDictionary(figure => figure.Page, figure => figure.Figure);
}
