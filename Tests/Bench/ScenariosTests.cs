using Votes.Bench;
using Votes.Bench.Cases;
using Votes.Bench.Results;
using Xunit;

namespace Votes.Tests.Bench;

public sealed class ScenariosTests
{
    [Fact]
    public void Core_measures_the_four_contestants()
    {
        Assert.Equal(["ours", "floor", "python", "per-vote"], Scenarios.Of(["core"]).Select(one => one.Name));
    }

    [Fact]
    public void Case_that_two_scenarios_share_is_measured_once()
    {
        Assert.Equal(["ours", "zipf", "hot"], Scenarios.Of(["hot", "zipf"]).Select(one => one.Name));
    }

    [Fact]
    public void All_scenarios_show_every_figure_of_the_table()
    {
        var runs = Scenarios.Of(["all"]).Select(one => MedianTests.Run(one.Name, 1, 1_000) with
        {
            CpuMicroseconds = new(1, 1, 1, 1, 1),
            TransactionsPerSecond = 1,
            PeakMegabytes = new Dictionary<string, double> { ["silo-1"] = 1, ["ingest-1"] = 1 },
            CastToDurable = new(1, 1, 1, 1),
            GetTally = new(1, 1, 1, 1),
            HttpTally = new(1, 1, 1, 1),
            Streams = new(1_000, 1_000, 1, 1),
            IdleLawBytes = 1,
        }).ToList();

        Assert.All(Targets.All, target => Assert.NotNull(target.Figure(runs)));
    }

    [Fact]
    public void Unknown_names_are_refused_with_those_that_are_known()
    {
        Assert.Contains("laws-10000", Assert.Throws<BenchException>(() => Scenarios.Of(["nothing"])).Message);
        Assert.Contains("per-vote", Assert.Throws<BenchException>(() => Scenarios.ContestantOf("nobody")).Message);
    }
}
