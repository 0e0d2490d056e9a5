using System.Text.Json;
using System.Xml.Linq;
using Votes.Bench.Results;
using Xunit;

namespace Votes.Tests.Bench;

public sealed class ResultsFileTests
{
    private static readonly BenchResults Results = new BenchResults { Machine = new("A <processor>", 2, 1, "Linux") }
        .With(MedianTests.Run("ours", 1, 30_000) with
        {
            CpuMicroseconds = new(1, 2, 30, 0, 0),
            PeakMegabytes = new Dictionary<string, double> { ["silo-1"] = 300, ["ingest-1"] = 120.5 },
        })
        .With(MedianTests.Run("floor", 1, 40_000) with { CpuMicroseconds = new(1, 2, 20, 0, 0) })
        .With(MedianTests.Run("floor", 2, 1) with { Exact = false, Problems = ["MissingVote: one"] });

    [Fact]
    public void File_holds_ratios_figures_and_runs_by_the_documented_names()
    {
        using var file = JsonDocument.Parse(ResultsFile.Serialize(Results));

        var ratios = file.RootElement.GetProperty("ratios");
        Assert.Equal(0.75, ratios.GetProperty("ours/floor").GetDouble());
        Assert.Equal(1.5, ratios.GetProperty("own CPU per vote, ours/floor").GetDouble());
        Assert.False(ratios.TryGetProperty("ours/python", out _));
        Assert.Equal(120.5, file.RootElement.GetProperty("figures").GetProperty("memory, Ingest").GetDouble());
        Assert.Equal("MB", file.RootElement.GetProperty("units").GetProperty("memory, Ingest").GetString());
        var runs = file.RootElement.GetProperty("runs");
        Assert.Equal(3, runs.GetArrayLength());
        Assert.Equal(30_000, runs[0].GetProperty("votesPerSecond").GetDouble());
        Assert.Equal(30, runs[0].GetProperty("cpuMicroseconds").GetProperty("own").GetDouble());
        Assert.False(runs[2].GetProperty("exact").GetBoolean());
        Assert.Equal("MissingVote: one", runs[2].GetProperty("problems")[0].GetString());
    }

    [Fact]
    public void Chart_is_well_formed_and_has_a_bar_for_each_case_with_usable_runs()
    {
        var chart = XDocument.Parse(Chart.Draw(Results));

        XNamespace svg = "http://www.w3.org/2000/svg";
        // The first one is the background.
        Assert.Equal(3, chart.Root!.Elements(svg + "rect").Count());
        Assert.Equal(2, chart.Root.Elements(svg + "circle").Count());
    }

    [Fact]
    public void Chart_without_runs_is_well_formed()
    {
        Assert.NotNull(XDocument.Parse(Chart.Draw(new BenchResults())).Root);
    }
}
