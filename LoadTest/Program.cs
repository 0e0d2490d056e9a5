using System.CommandLine;
using Spectre.Console;
using Votes.LoadTest.CommandLine;

const int FileWidth = 160;
if (!AnsiConsole.Profile.Out.IsTerminal)
    AnsiConsole.Profile.Width = FileWidth;

var parsed = new Commands(AnsiConsole.Console).Root().Parse(args);
if (parsed.Errors.Count == 0)
{
    // Ctrl-C and SIGTERM cancel the command, which then stops the cluster that it may have started: that takes its time.
    return await parsed.InvokeAsync(
        new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(3) });
}

foreach (var error in parsed.Errors)
    await Console.Error.WriteLineAsync($"error: {error.Message}");
return Commands.Unusable;
