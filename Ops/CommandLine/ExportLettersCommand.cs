using System.CommandLine;
using Spectre.Console;
using Votes.DeadLetters;
using Votes.Ops.DeadLetters;

namespace Votes.Ops.CommandLine;

/// <summary>dead-letters export: letters into a file; they stay where they are.</summary>
internal sealed class ExportLettersCommand(IAnsiConsole console, TextWriter errors)
{
    private readonly LetterOptions _letters = new(console);

    private readonly Argument<string> _file = new("file")
    {
        Description = "The file to write: one JSON object a line. It must not exist, and holds voter ids in clear",
    };

    public Command Create()
    {
        var command = new Command("export", "Writes letters to a file; the queue keeps them.");
        command.Arguments.Add(_file);
        _letters.Addresses.AddBrokerTo(command);
        _letters.AddFilterTo(command);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, () => RunAsync(parsed, stop)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var path = parsed.GetValue(_file)!;
        var census = new LetterCensus(_letters.Filter(parsed), listed: 0);
        var digest = new LetterDigest();
        try
        {
            WalkReport report;
            await using (var file = LetterFile.Create(path))
            {
                report = await _letters.WalkAsync(
                    parsed,
                    letter =>
                    {
                        if (census.Add(letter))
                        {
                            file.Add(letter);
                            digest.Add(letter);
                        }

                        return Verdict.PutBack;
                    },
                    stop);
            }

            LettersView.WriteExport(console, report, census, digest, path);
            return report.Stopped ? ExitStatus.Failed : ExitStatus.Done;
        }
        catch (Exception exception) when (
            exception is UnauthorizedAccessException || (exception is IOException && exception is not FileNotFoundException))
        {
            throw new OpsException($"{path} cannot be written: {exception.Message}", ExitStatus.Unusable, exception);
        }
    }
}
