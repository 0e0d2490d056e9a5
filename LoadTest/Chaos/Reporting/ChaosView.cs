using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Votes.LoadTest.Chaos.Invariants;

namespace Votes.LoadTest.Chaos.Reporting;

/// <summary>Shows a drill on the console: live on a terminal, line by line in a file. Thread-safe.</summary>
internal sealed class ChaosView(IAnsiConsole console) : IDrillAudience
{
    private const int LinesShown = 12;
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private DrillStatus? _status;
    private TimeSpan _lastLine;
    private LiveDisplayContext? _live;

    /// <summary>Shows a drill while it runs, and then what came of it.</summary>
    public async Task<ChaosReport> ShowAsync(Func<IDrillAudience, Task<ChaosReport>> drill)
    {
        if (!console.Profile.Out.IsTerminal)
            return await drill(this);
        ChaosReport? report = null;
        await console.Live(new Text("starting")).StartAsync(async context =>
        {
            lock (_lock)
                _live = context;
            report = await drill(this);
            lock (_lock)
                _live = null;
        });
        return report!;
    }

    /// <inheritdoc />
    public void Tell(TimeSpan at, string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{at:hh\\:mm\\:ss} {what}");
        lock (_lock)
        {
            if (_live is null)
            {
                console.Profile.Out.Writer.WriteLine(line);
                return;
            }

            _lines.Enqueue(line);
            if (_lines.Count > LinesShown)
                _lines.Dequeue();
            Refresh();
        }
    }

    /// <inheritdoc />
    public void Show(DrillStatus status)
    {
        lock (_lock)
        {
            _status = status;
            if (_live is not null)
            {
                Refresh();
            }
            else if (status.At - _lastLine >= LineInterval)
            {
                _lastLine = status.At;
                console.Profile.Out.Writer.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{status.At:hh\\:mm\\:ss}   ") + Summary(status));
            }
        }
    }

    /// <summary>Prints what came of a drill.</summary>
    public static void Write(IAnsiConsole console, ChaosReport report, string file)
    {
        WriteEpisodes(console, report);
        WriteInvariants(console, report);
        var writer = console.Profile.Out.Writer;
        foreach (var broken in report.Invariants.Where(invariant => !invariant.Holds))
        {
            writer.WriteLine($"invariant {broken.Number} is broken: {broken.Statement}");
            if (broken.Checks == 0)
                writer.WriteLine("  - it was never checked");
            foreach (var detail in broken.Details)
                writer.WriteLine($"  - {detail}");
        }

        foreach (var missed in report.Episodes.Where(episode => episode.Missed))
            writer.WriteLine($"episode {missed.Number} shows nothing: {missed.Name} met nothing to break");
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ledger: published {report.Published:N0} (and {report.Republished:N0} again), counted {report.Counted:N0}, " +
            $"duplicates {report.Duplicates:N0}, dead letters {report.DeadLetters:N0}"));
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {report.Seed}, {Episodes(report.Episodes.Count)}, {report.Seconds:N0} s, report {file}"));
        writer.WriteLine(report.Passed ? "all invariants hold" : "FAILED");
    }

    private static void WriteEpisodes(IAnsiConsole console, ChaosReport report)
    {
        var table = new Table().AddColumns("#", "fault", "what was done", "evidence")
            .AddColumn(new TableColumn("held").RightAligned())
            .AddColumn(new TableColumn("by itself").RightAligned())
            .AddColumn(new TableColumn("after heal").RightAligned())
            .AddColumn(new TableColumn("bound").RightAligned());
        foreach (var episode in report.Episodes)
        {
            table.AddRow(
                episode.Number.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(string.Join("\n", episode.Faults.Select(fault => fault.Name))),
                Markup.Escape(string.Join("\n", episode.Faults.Select(fault => fault.What))),
                Markup.Escape(string.Join("\n", episode.Faults.Select(fault => fault.Evidence ?? "-"))),
                Seconds(episode.Faults.Max(fault => fault.HoldSeconds)), Seconds(episode.ByItselfSeconds),
                Seconds(episode.AfterHealSeconds),
                episode.InTime ? Seconds(episode.BoundSeconds) : $"[red]{Seconds(episode.BoundSeconds)}[/]");
        }

        console.Write(table);
    }

    private static void WriteInvariants(IAnsiConsole console, ChaosReport report)
    {
        var table = new Table().AddColumns("#", "invariant", "figure", "violations", "holds");
        foreach (var invariant in report.Invariants)
        {
            table.AddRow(
                invariant.Number.ToString(CultureInfo.InvariantCulture), Markup.Escape(invariant.Statement),
                Markup.Escape(invariant.Figure), invariant.Violations.ToString("N0", CultureInfo.InvariantCulture),
                invariant.Holds ? "[green]yes[/]" : "[red]no[/]");
        }

        console.Write(table);
    }

    private static string Episodes(int count) => count == 1 ? "1 episode" : $"{count} episodes";

    private static string Seconds(double? seconds) => seconds?.ToString("0.0 s", CultureInfo.InvariantCulture) ?? "-";

    private static string Summary(DrillStatus status)
    {
        var broken = status.Broken.Count == 0 ? "nothing is broken" : "broken: " + string.Join(", ", status.Broken);
        var violated = status.Invariants.Where(invariant => invariant.Violations > 0)
            .Select(invariant => invariant.Number.ToString(CultureInfo.InvariantCulture)).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{status.Episode}/{status.Episodes}] {status.Phase}; {broken}; {status.Rate:N0} votes/s, " +
            $"published {status.Published:N0}, counted {status.Counted:N0}") +
            (violated.Count == 0 ? "" : $"; INVARIANT {string.Join(", ", violated)} BROKEN");
    }

    private void Refresh()
    {
        var rows = new List<IRenderable>();
        if (_status is { } status)
        {
            rows.Add(new Text(string.Create(
                CultureInfo.InvariantCulture,
                $"{status.At:hh\\:mm\\:ss}  episode {status.Episode} of {status.Episodes}: {status.Phase}")));
            rows.Add(new Markup(status.Broken.Count == 0
                ? "[green]nothing is broken[/]"
                : $"[red]broken now:[/] {Markup.Escape(string.Join(", ", status.Broken))}"));
            rows.Add(new Text(string.Create(
                CultureInfo.InvariantCulture,
                $"{status.Rate:N0} votes/s; published {status.Published:N0}, counted {status.Counted:N0}")));
            rows.AddRange(status.Invariants.Select(Line));
        }

        rows.AddRange(_lines.Select(line => new Text(line, new Style(Color.Grey))));
        _live?.UpdateTarget(new Rows(rows));
    }

    private static Markup Line(InvariantResult invariant) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"  {invariant.Number} {Markup.Escape(invariant.Statement)}: ") + (invariant.Violations > 0
            ? string.Create(CultureInfo.InvariantCulture, $"[red]broken, {invariant.Violations:N0} times[/]")
            : string.Create(CultureInfo.InvariantCulture, $"[green]{invariant.Checks:N0} checks[/]")));
}
