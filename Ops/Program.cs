using Spectre.Console;
using Votes.Ops.CommandLine;

// Tables that go to a file or a pipe are not to be broken at a terminal's width.
const int FileWidth = 160;
if (!AnsiConsole.Profile.Out.IsTerminal)
    AnsiConsole.Profile.Width = FileWidth;

return await new Commands(AnsiConsole.Console, Console.Error).RunAsync(args, CancellationToken.None);
