using System.CommandLine;
using System.Globalization;
using Npgsql;
using Spectre.Console;
using Votes.DeadLetters;
using Votes.Ops.DeadLetters;
using Votes.Security;

namespace Votes.Ops.CommandLine;

/// <summary>dead-letters discard and purge: letters leave their queue for good, and their numbers stay on record.</summary>
internal sealed class DiscardLettersCommands(IAnsiConsole console, TextWriter errors)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3_650);

    private readonly LetterOptions _letters = new(console);

    private readonly Option<string?> _why = new("--why")
    {
        Description = $"Why they go, 1 to {DiscardRecord.MostCharacters} characters; it stays on record",
    };

    private readonly Option<string> _by = new("--by")
    {
        Description = "Who discards them",
        DefaultValueFactory = static _ => $"{Environment.UserName}@{Environment.MachineName}",
    };

    private readonly Option<string> _olderThan = new("--older-than")
    {
        Description = "How long ago the letters must have been written: 30d, 12h or 90m",
        Required = true,
    };

    private readonly Option<long?> _limit = new("--limit") { Description = "Discard at most this many letters, 1 or more" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would go, and leave it" };

    public Command Discard()
    {
        var command = Create("discard", "Removes letters for good; who, when, why and how many stay on record.");
        _letters.AddChoiceTo(command);
        command.SetAction((parsed, stop) => Guard.RunAsync(
            errors, () => RunAsync(parsed, _letters.Choice(parsed), defaultWhy: null, stop)));
        return command;
    }

    public Command Purge()
    {
        var command = Create("purge", "Discards letters that are older than a time limit.");
        _letters.AddFilterTo(command);
        command.Options.Add(_olderThan);
        command.SetAction((parsed, stop) => Guard.RunAsync(errors, () =>
        {
            var text = parsed.GetValue(_olderThan)!;
            var filter = _letters.Filter(parsed) with { Before = TimeProvider.System.GetUtcNow() - Age(text) };
            return RunAsync(parsed, filter, $"older than {text}", stop);
        }));
        return command;
    }

    private Command Create(string name, string description)
    {
        var command = new Command(name, description);
        _letters.Addresses.AddBrokerTo(command);
        _letters.Addresses.AddDatabaseOnlyTo(command);
        foreach (var option in new Option[] { _why, _by, _limit, _dryRun })
            command.Options.Add(option);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, LetterFilter filter, string? defaultWhy, CancellationToken stop)
    {
        var (who, why) = (Text(_by, parsed.GetValue(_by)), Text(_why, parsed.GetValue(_why) ?? defaultWhy));
        var limit = LetterOptions.AtLeastOne(parsed, _limit);
        var dryRun = parsed.GetValue(_dryRun);
        var address = _letters.Addresses.Database(parsed);
        address.ApplicationName = "votes-ops";
        await using var database = NpgsqlDataSource.Create(address);
        var record = new DiscardRecord(database, who, why);
        var census = new LetterCensus(filter, listed: 0);
        try
        {
            var report = await _letters.WalkAsync(
                parsed, letter => Judge(census, letter, limit, dryRun), stop, record: record.WriteAsync);
            LettersView.WriteDiscard(console, report, census, record.All, dryRun);
            return report.Stopped ? ExitStatus.Failed : ExitStatus.Done;
        }
        catch (NpgsqlException exception)
        {
            throw new OpsException(
                $"the database takes no record, so the letters that are left stay: {DatabaseErrors.Tell(exception)}; "
                + $"{LettersView.Text(record.All.Letters)} are on record as discarded",
                exception is PostgresException ? ExitStatus.Failed : ExitStatus.Unusable,
                exception);
        }
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
            (false, true) => Verdict.DiscardAndEnd,
            _ => Verdict.Discard,
        };
    }

    private static string Text(Option option, string? text) =>
        text is { Length: > 0 and <= DiscardRecord.MostCharacters } && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl)
            ? text
            : throw new UsageException(
                $"{option.Name} is needed: 1 to {DiscardRecord.MostCharacters} characters that say it, no control characters");

    private static TimeSpan Age(string text)
    {
        var unit = text.Length == 0 ? ' ' : text[^1];
        var isNumber = int.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var age = (unit, isNumber && number > 0) switch
        {
            ('d', true) => TimeSpan.FromDays(number),
            ('h', true) => TimeSpan.FromHours(number),
            ('m', true) => TimeSpan.FromMinutes(number),
            _ => TimeSpan.Zero,
        };
        return age > TimeSpan.Zero && age <= Longest
            ? age
            : throw new UsageException($"--older-than is {text}; it must be a number of days, hours or minutes such as 30d, up to 3650d");
    }
}
