using System.CommandLine;
using Spectre.Console;
using Votes.Bench.Cases;
using Votes.Bench.Running;
using Votes.Bench.Workers;
using Votes.LoadTest;
using Votes.LocalCluster;
using Command = System.CommandLine.Command;

namespace Votes.Bench.CommandLine;

/// <summary>The commands: run, and worker, which a run starts for contestants that this program is itself.</summary>
internal sealed class BenchCommands(IAnsiConsole console)
{
    /// <summary>Every run was exact.</summary>
    public const int Done = 0;

    /// <summary>A run was not exact, or failed, or the bench was interrupted.</summary>
    public const int Failed = 1;

    /// <summary>Wrong options.</summary>
    public const int Unusable = 2;

    private readonly RunOptions _options = new();

    public RootCommand Root()
    {
        var root = new RootCommand("Measures the cluster beside what one would build instead, on this machine.");
        root.Subcommands.Add(Run());
        root.Subcommands.Add(Worker());
        return root;
    }

    private Command Run()
    {
        var command = new Command("run", "Measures scenarios in turns, and writes results and a chart.");
        _options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => GuardAsync(async () =>
        {
            var cases = _options.Cases(parsed);
            var results = await new BenchRun(
                console, _options.Folder(parsed), _options.Results(parsed), _options.Settings(parsed))
                .RunAsync(cases, _options.Rounds(parsed), cancellationToken);
            console.WriteLine($"results and chart: {_options.Results(parsed)}");
            return results.Runs.All(static run => run.Usable) ? Done : Failed;
        }));
        return command;
    }

    private static Command Worker()
    {
        var name = new Argument<string>("contestant");
        var command = new Command("worker", "Drains the queue that the environment names.") { name };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) =>
            WorkAsync(Scenarios.ContestantOf(parsed.GetValue(name)!), cancellationToken));
        return command;
    }

    private static async Task<int> WorkAsync(Contestant contestant, CancellationToken cancellationToken)
    {
        var settings = WorkerSettings.FromEnvironment();
        try
        {
            await (contestant switch
            {
                Contestant.Floor => FloorWorker.RunAsync(settings, cancellationToken),
                Contestant.PerVote => PerVoteWorker.RunAsync(settings, cancellationToken),
                Contestant.AckOnly => AckOnlyWorker.RunAsync(settings, cancellationToken),
                Contestant.InsertOnly => InsertOnlyWorker.RunAsync(settings, cancellationToken),
                Contestant.Ours or Contestant.Python => throw new BenchException("this contestant has its own program"),
                _ => throw new ArgumentOutOfRangeException(nameof(contestant)),
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop, which is how every worker ends.
        }

        return Done;
    }

    private async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (BenchException exception)
        {
            return Fail(exception.Message, Unusable);
        }
        catch (Exception exception) when (exception is ClusterException or LoadFailedException)
        {
            return Fail(exception.Message, Failed);
        }
        catch (OperationCanceledException)
        {
            return Fail("stopped before the end; what was measured is kept", Failed);
        }
    }

    private int Fail(string message, int status)
    {
        console.MarkupLineInterpolated($"[red]error:[/] {message}");
        return status;
    }
}
