using System.CommandLine;
using Spectre.Console;
using Votes.LocalCluster;
using Votes.LocalCluster.Commands;

const int WidthOfFiles = 160;

// Ctrl-C and SIGTERM cancel the command, which then stops what it has to stop: that takes its time.
var configuration = new InvocationConfiguration
{
    ProcessTerminationTimeout = TimeSpan.FromMinutes(3),
    EnableDefaultExceptionHandler = false,
};
// A file or a pipe has no width; without one, lines would be broken after 80 characters, paths among them.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = WidthOfFiles;
try
{
    return await new CommandTree(AnsiConsole.Console).Root().Parse(args).InvokeAsync(configuration);
}
catch (ClusterException error)
{
    await Console.Error.WriteLineAsync($"error: {error.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
