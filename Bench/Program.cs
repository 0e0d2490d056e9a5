using System.CommandLine;
using Spectre.Console;
using Votes.Bench.CommandLine;

const int FileWidth = 160;
if (!AnsiConsole.Profile.Out.IsTerminal)
    AnsiConsole.Profile.Width = FileWidth;

var parsed = new BenchCommands(AnsiConsole.Console).Root().Parse(args);
if (parsed.Errors.Count == 0)
{
    // Ctrl-C and SIGTERM cancel the command, which then stops all that it has started: that takes its time.
    return await parsed.InvokeAsync(
        new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(3) });
}

foreach (var error in parsed.Errors)
    await Console.Error.WriteLineAsync($"error: {error.Message}");
return BenchCommands.Unusable;
