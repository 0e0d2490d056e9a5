using System.CommandLine;
using Spectre.Console;
using Votes.DeadLetters;
using Votes.Ops.DeadLetters;

namespace Votes.Ops.CommandLine;

/// <summary>dead-letters list, show and replay; the others have classes of their own.</summary>
internal sealed class DeadLetterCommands(IAnsiConsole console, TextWriter errors)
{
    private const int MostListed = 10_000;
    private const int DefaultListed = 20;

    private readonly LetterOptions _letters = new(console);

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be replayed, and replay nothing" };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON" };

    private readonly Option<int> _listed = new("--first")
    {
        Description = $"How many letters are listed one by one, 0 to {MostListed}; all are counted",
        DefaultValueFactory = static _ => DefaultListed,
    };

    private readonly Option<long?> _limit = new("--limit") { Description = "Replay at most this many letters, 1 or more" };

    public Command Tree()
    {
        var tree = new Command("dead-letters", "What was not counted: list, show, replay, export, discard and purge it.");
        tree.Subcommands.Add(List());
        tree.Subcommands.Add(Show());
        tree.Subcommands.Add(Replay());
        tree.Subcommands.Add(new ExportLettersCommand(console, errors).Create());
        var discard = new DiscardLettersCommands(console, errors);
        tree.Subcommands.Add(discard.Discard());
        tree.Subcommands.Add(discard.Purge());
        return tree;
    }

    private Command List()
    {
        var command = Create("list", "Counts the letters by reason and field, and lists the first of them.");
        _letters.AddFilterTo(command);
        command.Options.Add(_listed);
        command.Options.Add(_json);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, async () =>
        {
            var listed = parsed.GetValue(_listed);
            if (listed is < 0 or > MostListed)
                throw new UsageException($"--first is {listed}; it must be from 0 to {MostListed}");
            var census = new LetterCensus(_letters.Filter(parsed), listed);
            var report = await _letters.WalkAsync(
                parsed,
                letter =>
                {
                    census.Add(letter);
                    return Verdict.PutBack;
                },
                stop);
            if (parsed.GetValue(_json))
                LettersView.WriteJson(console, report, census);
            else
                LettersView.Write(console, report, census);
            return report.Stopped ? ExitStatus.Failed : ExitStatus.Done;
        }));
        return command;
    }

    private Command Show()
    {
        var command = Create("show", "Shows one letter in full.");
        var id = new Argument<string>("id") { Description = "The id that list shows, or the beginning of it" };
        command.Arguments.Add(id);
        _letters.AddLookAtTo(command);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, async () =>
        {
            var filter = new LetterFilter { Id = LetterOptions.Id(parsed.GetValue(id)!) };
            Letter? found = null;
            await _letters.WalkAsync(
                parsed,
                letter =>
                {
                    found = filter.Fits(letter) ? letter : null;
                    return found is null ? Verdict.PutBack : Verdict.PutBackAndEnd;
                },
                stop);
            if (found is null)
                throw new OpsException($"no letter that was looked at has the id {filter.Id}", ExitStatus.Failed);
            LetterView.Write(console, found);
            return ExitStatus.Done;
        }));
        return command;
    }

    private Command Replay()
    {
        var command = Create("replay", "Sends letters to the main queue again, to be counted as if for the first time.");
        _letters.AddChoiceTo(command);
        command.Options.Add(_limit);
        command.Options.Add(_dryRun);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, async () =>
        {
            var filter = _letters.Choice(parsed);
            var limit = LetterOptions.AtLeastOne(parsed, _limit);
            var dryRun = parsed.GetValue(_dryRun);
            var census = new LetterCensus(filter, listed: 0);
            var report = await _letters.WalkAsync(parsed, letter => Judge(census, letter, limit, dryRun), stop, replays: !dryRun);
            LettersView.WriteReplay(console, report, census, dryRun);
            return report.Stopped ? ExitStatus.Failed : ExitStatus.Done;
        }));
        return command;
    }

    private static Verdict Judge(LetterCensus census, Letter letter, long limit, bool dryRun)
    {
        if (!census.Filter.FitsReplay(letter) || !census.Add(letter))
            return Verdict.PutBack;
        var isLast = census.Count == limit;
        return (dryRun, isLast) switch
        {
            (true, true) => Verdict.PutBackAndEnd,
            (true, false) => Verdict.PutBack,
            (false, true) => Verdict.ReplayAndEnd,
            _ => Verdict.Replay,
        };
    }

    private Command Create(string name, string description)
    {
        var command = new Command(name, description);
        _letters.Addresses.AddBrokerTo(command);
        return command;
    }
}
