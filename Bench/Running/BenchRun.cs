using Spectre.Console;
using Votes.Bench.Cases;
using Votes.Bench.Results;
using Votes.LocalCluster;

namespace Votes.Bench.Running;

/// <summary>
/// A whole bench: all cases once in each round, in the same order, so that what changes on the machine with time
/// changes all of them. Results are on disk after each run.
/// </summary>
internal sealed class BenchRun(IAnsiConsole console, LocalFolder folder, string resultsFolder, BenchSettings settings)
{
    private const string ServersFolder = "servers";

    private readonly ResultsView _view = new(console);

    /// <summary>
    /// Memory of the database for cached pages, in MiB: a quarter of the machine's, as PostgreSQL's manual advises for a
    /// start, and no more than the indexes of the largest scenario need.
    /// </summary>
    public int SharedBuffersMegabytes { get; init; } =
        (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / (1024 * 1024), 128, 2048);

    /// <summary>Measures all cases, and shows and keeps the results, also those of an interrupted bench.</summary>
    public async Task<BenchResults> RunAsync(
        IReadOnlyList<BenchCase> cases, int rounds, CancellationToken cancellationToken)
    {
        using var only = folder.Lock();
        var started = TimeProvider.System.GetUtcNow();
        console.WriteLine("starting PostgreSQL and RabbitMQ");
        await using var servers = await BenchServers.StartAsync(
            new LocalFolder(Path.Combine(folder.Root, ServersFolder)), SharedBuffersMegabytes, cancellationToken);
        var results = new BenchResults
        {
            StartedAt = started,
            Votes = settings.Votes,
            WarmUpVotes = settings.WarmUpVotes,
            Machine = MachineFacts.Read(),
            Versions = await Versions.ReadAsync(servers, cancellationToken),
        };
        var runner = new CaseRunner(servers, settings, () => TopRate(results), console.WriteLine);
        try
        {
            for (var round = 1; round <= rounds; round++)
            {
                console.WriteLine($"round {round} of {rounds}");
                foreach (var one in cases)
                {
                    var run = await runner.RunAsync(one, round, cancellationToken);
                    results = results.With(run);
                    _view.WriteRun(run);
                    await ResultsFile.WriteAsync(resultsFolder, results);
                }
            }

            results = results with { Complete = true };
            await ResultsFile.WriteAsync(resultsFolder, results);
        }
        finally
        {
            if (results.Runs.Count > 0)
                _view.Write(results);
        }

        return results;
    }

    private static double? TopRate(BenchResults results) =>
        Median.Of(results.Runs, Scenarios.Ours.Name, static run => run.VotesPerSecond);
}
