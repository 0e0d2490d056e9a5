using System.CommandLine;
using Spectre.Console;
using Votes.DeadLetters;
using Votes.Ops.DeadLetters;

namespace Votes.Ops.CommandLine;

/// <summary>dead-letters list, show and replay.</summary>
internal sealed class DeadLetterCommands(IAnsiConsole console, TextWriter errors)
{
    private const int MostListed = 10_000;
    private const int DefaultListed = 20;

    private readonly AddressOptions _addresses = new();

    private readonly Option<string?> _reason = new("--reason") { Description = "Letters with this reason code alone" };

    private readonly Option<string?> _field = new("--field")
    {
        Description = "Letters with this offending field alone; '' for those without one",
    };

    private readonly Option<string?> _law = new("--law")
    {
        Description = "Letters whose message names this law, as far as it can be read",
    };

    private readonly Option<string?> _id = new("--id") { Description = "The letter that list shows under this id" };

    private readonly Option<bool> _all = new("--all") { Description = "Every letter" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be replayed, and replay nothing" };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON" };

    private readonly Option<int> _listed = new("--first")
    {
        Description = $"How many letters are listed one by one, 0 to {MostListed}; all are counted",
        DefaultValueFactory = static _ => DefaultListed,
    };

    private readonly Option<long?> _limit = new("--limit") { Description = "Replay at most this many letters, 1 or more" };

    private readonly Option<long?> _lookAt = new("--look-at")
    {
        Description = "Look at no more than this many letters, 1 or more; all that are ready where it is absent",
    };

    public Command Tree()
    {
        var tree = new Command("dead-letters", "What was not counted: list it, show it, replay it.");
        tree.Subcommands.Add(List());
        tree.Subcommands.Add(Show());
        tree.Subcommands.Add(Replay());
        return tree;
    }

    private Command List()
    {
        var command = Create("list", "Counts the letters by reason and field, and lists the first of them.");
        foreach (var option in new Option[] { _reason, _field, _law, _listed, _lookAt, _json })
            command.Options.Add(option);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, async () =>
        {
            var listed = parsed.GetValue(_listed);
            if (listed is < 0 or > MostListed)
                throw new UsageException($"--first is {listed}; it must be from 0 to {MostListed}");
            var census = new LetterCensus(Filter(parsed), listed);
            var report = await WalkAsync(
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
        command.Options.Add(_lookAt);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, async () =>
        {
            var filter = new LetterFilter { Id = Id(parsed.GetValue(id)!) };
            Letter? found = null;
            await WalkAsync(
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
        foreach (var option in new Option[] { _all, _reason, _field, _law, _id, _limit, _lookAt, _dryRun })
            command.Options.Add(option);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, async () =>
        {
            var filter = Filter(parsed) with { Id = parsed.GetValue(_id) is { } id ? Id(id) : null };
            if (filter.IsSet == parsed.GetValue(_all))
                throw new UsageException("say which letters: either --all, or any of --reason, --field, --law and --id");
            var limit = AtLeastOne(parsed, _limit);
            var dryRun = parsed.GetValue(_dryRun);
            var census = new LetterCensus(filter, listed: 0);
            var report = await WalkAsync(parsed, letter => Judge(census, letter, limit, dryRun), stop, replays: !dryRun);
            LettersView.WriteReplay(console, report, census, dryRun);
            return report.Stopped ? ExitStatus.Failed : ExitStatus.Done;
        }));
        return command;
    }

    private static Verdict Judge(LetterCensus census, Letter letter, long limit, bool dryRun)
    {
        if (!census.Add(letter))
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
        _addresses.AddBrokerTo(command);
        return command;
    }

    private LetterFilter Filter(ParseResult parsed) => new()
    {
        Reason = parsed.GetValue(_reason),
        Field = parsed.GetValue(_field),
        Law = parsed.GetValue(_law),
    };

    private static string Id(string text) =>
        text.Length > 0 && text.All(char.IsAsciiHexDigit)
            ? text
            : throw new UsageException("an id consists of the digits 0 to 9 and a to f, as list shows it");

    private static long AtLeastOne(ParseResult parsed, Option<long?> option) => parsed.GetValue(option) switch
    {
        null => long.MaxValue,
        >= 1 and var number => number,
        var number => throw new UsageException($"{option.Name} is {number}; it must be 1 or more"),
    };

    private async Task<WalkReport> WalkAsync(
        ParseResult parsed, Func<Letter, Verdict> judge, CancellationToken stop, bool replays = false)
    {
        var address = _addresses.Broker(parsed);
        var most = AtLeastOne(parsed, _lookAt);
        await using var connection = await BrokerConnection.OpenAsync(address, stop);
        if (replays)
        {
            // Better known before the first letter than by the broker's return of it.
            await connection.ReadyAsync(address.Queue, stop);
        }

        var walk = new LetterWalk(connection, address);
        return await WalkProgress.ShowAsync(console, progress => walk.RunAsync(judge, most, progress, stop));
    }
}
