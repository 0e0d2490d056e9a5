using System.CommandLine;
using Spectre.Console;

namespace Votes.LocalCluster.Commands;

/// <summary>The commands of the program and their options.</summary>
internal sealed class CommandTree(IAnsiConsole console)
{
    private readonly Option<string> _folder = new("--folder")
    {
        Description = "Where the cluster keeps everything; .local in the repository if not told otherwise",
        Recursive = true,
    };

    private readonly Option<int> _silos = new("--silos")
    {
        Description = "Number of silos, 1 to 32",
        DefaultValueFactory = _ => 2,
    };

    private readonly Option<int> _ingests = new("--ingests")
    {
        Description = "Number of Ingests, 0 to 32",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<bool> _follow = new("--follow", "-f")
    {
        Description = "Stay, and show what is written from now on",
    };

    /// <summary>All commands.</summary>
    public RootCommand Root()
    {
        var root = new RootCommand("Runs a whole vote tally cluster on this machine.") { _folder };
        root.Subcommands.Add(Up());
        root.Subcommands.Add(Make("down", "Stops the cluster; its data stays.", cluster => cluster.DownAsync));
        root.Subcommands.Add(Make("clean", "Stops the cluster and removes its data.", cluster => cluster.CleanAsync));
        root.Subcommands.Add(Make("status", "Says what runs, and where.", cluster => cluster.StatusAsync));
        root.Subcommands.Add(Make("metrics", "Prints every metrics page.", cluster => cluster.MetricsAsync));
        root.Subcommands.Add(Logs());
        root.Subcommands.Add(Make(
            "check-db", "Compares each total with its audit rows; fails where they differ.",
            cluster => cluster.CheckDatabaseAsync));
        return root;
    }

    private System.CommandLine.Command Up()
    {
        var command = new System.CommandLine.Command(
            "up", "Starts the cluster, or scales the one that runs; returns when it is ready.") { _silos, _ingests };
        command.SetAction((parsed, cancellationToken) => Commands(parsed)
            .UpAsync(parsed.GetValue(_silos), parsed.GetValue(_ingests), cancellationToken));
        return command;
    }

    private System.CommandLine.Command Logs()
    {
        var command = new System.CommandLine.Command("logs", "Shows the end of every log.") { _follow };
        command.SetAction((parsed, cancellationToken) =>
            Commands(parsed).LogsAsync(parsed.GetValue(_follow), cancellationToken));
        return command;
    }

    private System.CommandLine.Command Make(
        string name, string description, Func<ClusterCommands, Func<CancellationToken, Task<int>>> action)
    {
        var command = new System.CommandLine.Command(name, description);
        command.SetAction((parsed, cancellationToken) => action(Commands(parsed))(cancellationToken));
        return command;
    }

    private ClusterCommands Commands(ParseResult parsed) => new(console, Folder(parsed));

    private LocalFolder Folder(ParseResult parsed) =>
        parsed.GetValue(_folder) is { Length: > 0 } path ? new LocalFolder(path) : LocalFolder.Default();
}
