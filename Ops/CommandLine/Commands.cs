using System.CommandLine;
using Spectre.Console;

namespace Votes.Ops.CommandLine;

/// <summary>The commands of operators.</summary>
/// <param name="console">Where results go.</param>
/// <param name="errors">Where complaints go: the output may be a pipe that wants JSON alone.</param>
public sealed class Commands(IAnsiConsole console, TextWriter errors)
{
    /// <summary>Runs a command line.</summary>
    /// <returns>A value of <see cref="ExitStatus"/>.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var root = new RootCommand("Brings dead letters back, compares the totals with the votes they stand for, shows them live, archives laws.");
        root.Subcommands.Add(new DeadLetterCommands(console, errors).Tree());
        root.Subcommands.Add(new ReconcileCommand(console, errors).Create());
        root.Subcommands.Add(new TotalsCommand(console, errors).Create());
        root.Subcommands.Add(new ArchiveCommands(console, errors).Tree());
        var parsed = root.Parse(args);
        foreach (var error in parsed.Errors)
            Guard.Complain(errors, error.Message, ExitStatus.Unusable);
        return parsed.Errors.Count > 0
            ? ExitStatus.Unusable
            : await parsed.InvokeAsync(
                // Ctrl-C puts the letters in hand where they belong first, which may take as long as a call to the broker.
                new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(3) }, cancellationToken);
    }
}
