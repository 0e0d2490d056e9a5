using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using Votes.DeadLetters;

namespace Votes.Ops.DeadLetters;

/// <summary>Prints what a walk found. All text of letters is made safe here, and printed as text, never as markup.</summary>
internal static class LettersView
{
    private const int ReasonCharacters = 40;
    private const int LawCharacters = 40;
    private const int DetailCharacters = 120;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        // Escapes all but ASCII: safe in any terminal.
        Encoder = JavaScriptEncoder.Default,
    };

    /// <summary>The groups, then the first letters.</summary>
    public static void Write(IAnsiConsole console, WalkReport report, LetterCensus census)
    {
        WriteGroups(console, census, "letters");
        if (census.Letters.Count > 0)
        {
            var letters = new Table();
            foreach (var title in new[] { "id", "when (UTC)", "reason", "field", "law" })
                letters.AddColumn(new TableColumn(title).NoWrap());
            letters.AddColumn(new TableColumn("bytes").RightAligned().NoWrap());
            letters.AddColumn(new TableColumn("replays").RightAligned().NoWrap());
            letters.AddColumn("detail");
            foreach (var letter in census.Letters)
            {
                letters.AddRow(
                    Cell(letter.Id),
                    Cell(When(letter.At, letter.SentAt)),
                    Cell(letter.Reason, ReasonCharacters),
                    Cell(letter.Field, ReasonCharacters),
                    Cell(letter.Law ?? "", LawCharacters),
                    Cell(letter.Bytes),
                    Cell(letter.Replays),
                    Cell(letter.Detail, DetailCharacters));
            }

            console.Write(letters);
        }

        console.WriteLine(
            $"{Text(report.LookedAt)} of {Text(report.Ready)} dead letters looked at, {Text(census.Count)} fit, "
            + $"{Text(census.Letters.Count)} are listed");
        WriteWithoutLaw(console, census);
    }

    /// <summary>The same as JSON.</summary>
    public static void WriteJson(IAnsiConsole console, WalkReport report, LetterCensus census) =>
        console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(
            new
            {
                report.Ready,
                report.LookedAt,
                Fit = census.Count,
                census.WithoutLaw,
                report.Stopped,
                census.Groups,
                census.Letters,
            },
            Json));

    /// <summary>What a replay did.</summary>
    public static void WriteReplay(IAnsiConsole console, WalkReport report, LetterCensus census, bool dryRun)
    {
        WriteGroups(console, census, dryRun ? "would be replayed" : "replayed");
        console.WriteLine(
            $"{Text(report.LookedAt)} of {Text(report.Ready)} dead letters looked at, "
            + (dryRun
                ? $"{Text(census.Count)} would be replayed, none was: this is a dry run"
                : $"{Text(report.Replayed)} replayed, {Text(report.LookedAt - report.Replayed)} put back"));
        WriteWithoutLaw(console, census);
    }

    /// <summary>What was discarded.</summary>
    public static void WriteDiscard(
        IAnsiConsole console, WalkReport report, LetterCensus census, LetterDigest record, bool dryRun)
    {
        WriteGroups(console, census, dryRun ? "would be discarded" : "discarded");
        console.WriteLine(
            $"{Text(report.LookedAt)} of {Text(report.Ready)} dead letters looked at, "
            + (dryRun
                ? $"{Text(census.Count)} would be discarded, none was: this is a dry run"
                : $"{Text(report.Discarded)} discarded, {Text(report.LookedAt - report.Discarded)} put back"));
        if (record.Letters > 0)
            console.Profile.Out.Writer.WriteLine($"on record in discarded_dead_letters, digest {record}");
        WriteWithoutLaw(console, census);
    }

    /// <summary>What was exported.</summary>
    public static void WriteExport(
        IAnsiConsole console, WalkReport report, LetterCensus census, LetterDigest digest, string file)
    {
        WriteGroups(console, census, "exported");
        console.WriteLine(
            $"{Text(report.LookedAt)} of {Text(report.Ready)} dead letters looked at, {Text(digest.Letters)} written to {SafeText.Of(file)}");
        console.Profile.Out.Writer.WriteLine($"digest {digest}");
        WriteWithoutLaw(console, census);
    }

    /// <summary>A number with its thousands apart.</summary>
    public static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>When a letter was written, or else when its message was sent.</summary>
    public static string When(DateTimeOffset? at, DateTimeOffset? sentAt) => (at, sentAt) switch
    {
        ({ } known, _) => Text(known),
        (_, { } sent) => $"sent {Text(sent)}",
        _ => "-",
    };

    private static string Text(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static void WriteGroups(IAnsiConsole console, LetterCensus census, string what)
    {
        if (census.Count == 0)
            return;
        var groups = new Table().AddColumn("reason").AddColumn("field");
        groups.AddColumn(new TableColumn(what).RightAligned());
        foreach (var group in census.Groups)
            groups.AddRow(Cell(group.Reason, ReasonCharacters), Cell(group.Field, ReasonCharacters), Cell(group.Count));
        console.Write(groups);
    }

    private static void WriteWithoutLaw(IAnsiConsole console, LetterCensus census)
    {
        if (census.WithoutLaw > 0)
            console.WriteLine($"{Text(census.WithoutLaw)} letters that fit otherwise name no law that can be read");
    }

    // Spectre's own Text takes no markup.
    private static Text Cell(string text, int most = int.MaxValue) => new(SafeText.Of(text, most));

    private static Text Cell(long number) => new(Text(number));
}
