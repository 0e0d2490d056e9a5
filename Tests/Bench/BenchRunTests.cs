using System.Text.Json;
using Spectre.Console;
using Votes.Bench.Cases;
using Votes.Bench.Results;
using Votes.Bench.Running;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Bench;

[NeedsServers]
public sealed class BenchRunTests : IAsyncDisposable
{
    private readonly LocalFolder _folder = LocalFolder.ForTests("bench");

    [Fact]
    public async Task Small_bench_is_exact_leaves_its_results_and_nothing_that_runs()
    {
        var results = Path.Combine(_folder.Root, "results");
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        var bench = new BenchRun(
            console, _folder, results, new BenchSettings { Votes = 20_000, WarmUpVotes = 6_000 })
        {
            SharedBuffersMegabytes = 128,
        };

        var shown = await bench.RunAsync(
            [Scenarios.Ours, Scenarios.Floor], rounds: 1, TestContext.Current.CancellationToken);

        Assert.All(shown.Runs, run => Assert.Empty(run.Problems));
        Assert.Equal(["ours", "floor"], shown.Runs.Select(run => run.Case));
        Assert.All(shown.Runs, run => Assert.True(run.Exact));
        Assert.All(shown.Runs, run => Assert.True(run.CpuMicroseconds!.Own > 0));
        Assert.Equal(["ingest-1", "silo-1"], shown.Runs[0].PeakMegabytes.Keys.Order());
        Assert.True(shown.Ratios["ours/floor"] > 0);
        var text = await File.ReadAllTextAsync(
            Path.Combine(results, ResultsFile.Name), TestContext.Current.CancellationToken);
        using var file = JsonDocument.Parse(text);
        Assert.Equal(2, file.RootElement.GetProperty("runs").GetArrayLength());
        Assert.True(file.RootElement.GetProperty("complete").GetBoolean());
        Assert.True(File.Exists(Path.Combine(results, ResultsFile.ChartName)));
        Assert.Empty(ProcessFile.Alive(Path.Combine(_folder.Root, "servers")));
    }

    public async ValueTask DisposeAsync() => await _folder.KillAndDeleteAsync(CancellationToken.None);
}
