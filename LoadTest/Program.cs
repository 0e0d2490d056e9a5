using Spectre.Console;
using Votes.LoadTest.CommandLine;

const int FileWidth = 160;
if (!AnsiConsole.Profile.Out.IsTerminal)
    AnsiConsole.Profile.Width = FileWidth;

var parsed = new Commands(AnsiConsole.Console).Root().Parse(args);
if (parsed.Errors.Count == 0)
    return await parsed.InvokeAsync();

foreach (var error in parsed.Errors)
    await Console.Error.WriteLineAsync($"error: {error.Message}");
return Commands.Unusable;
