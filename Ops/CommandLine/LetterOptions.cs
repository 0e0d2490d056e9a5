using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Votes.DeadLetters;

namespace Votes.Ops.CommandLine;

/// <summary>The options that say which dead letters are meant, and the walk through them.</summary>
internal sealed class LetterOptions(IAnsiConsole console)
{
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

    private readonly Option<long?> _lookAt = new("--look-at")
    {
        Description = "Look at no more than this many letters, 1 or more; all that are ready where it is absent",
    };

    /// <summary>The servers.</summary>
    public AddressOptions Addresses { get; } = new();

    /// <summary>Adds what narrows a list: nothing of it means all letters.</summary>
    public void AddFilterTo(Command command)
    {
        foreach (var option in new Option[] { _reason, _field, _law, _lookAt })
            command.Options.Add(option);
    }

    /// <summary>Adds what chooses letters to do something to: <c>--all</c> has to be said.</summary>
    public void AddChoiceTo(Command command)
    {
        AddFilterTo(command);
        command.Options.Add(_all);
        command.Options.Add(_id);
    }

    /// <summary>Adds how many to look at.</summary>
    public void AddLookAtTo(Command command) => command.Options.Add(_lookAt);

    /// <summary>What narrows a list.</summary>
    public LetterFilter Filter(ParseResult parsed) => new()
    {
        Reason = parsed.GetValue(_reason),
        Field = parsed.GetValue(_field),
        Law = parsed.GetValue(_law),
    };

    /// <summary>The chosen letters.</summary>
    /// <exception cref="UsageException">None are chosen, or an id is none.</exception>
    public LetterFilter Choice(ParseResult parsed)
    {
        var filter = Filter(parsed) with { Id = parsed.GetValue(_id) is { } id ? Id(id) : null };
        return filter.IsSet == parsed.GetValue(_all)
            ? throw new UsageException("say which letters: either --all, or any of --reason, --field, --law and --id")
            : filter;
    }

    /// <summary>A letter's id, or the beginning of one.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static string Id(string text) =>
        text.Length > 0 && text.All(char.IsAsciiHexDigit)
            ? text
            : throw new UsageException("an id consists of the digits 0 to 9 and a to f, as list shows it");

    /// <summary>A number of letters.</summary>
    /// <exception cref="UsageException">It is less than 1.</exception>
    public static long AtLeastOne(ParseResult parsed, Option<long?> option) => parsed.GetValue(option) switch
    {
        null => long.MaxValue,
        >= 1 and var number => number,
        var number => throw new UsageException(string.Create(
            CultureInfo.InvariantCulture, $"{option.Name} is {number}; it must be 1 or more")),
    };

    /// <summary>Walks through the dead letters.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="judge">Says what becomes of a letter.</param>
    /// <param name="stop">Asks it to take no more letters.</param>
    /// <param name="replays">Whether letters go to the main queue.</param>
    /// <param name="record">Puts discarded letters on record.</param>
    public async Task<WalkReport> WalkAsync(
        ParseResult parsed,
        Func<Letter, Verdict> judge,
        CancellationToken stop,
        bool replays = false,
        Func<IReadOnlyList<Letter>, Task>? record = null)
    {
        var address = Addresses.Broker(parsed);
        var most = AtLeastOne(parsed, _lookAt);
        await using var connection = await BrokerConnection.OpenAsync(address, stop);
        if (replays)
        {
            // Better known before the first letter than by the broker's return of it.
            await connection.ReadyAsync(address.Queue, stop);
        }

        var walk = new LetterWalk(connection, address);
        return await WalkProgress.ShowAsync(console, progress => walk.RunAsync(judge, most, progress, stop, record));
    }
}
