using System.Globalization;
using Spectre.Console;

namespace Votes.LoadTest;

/// <summary>Prints what a run came to.</summary>
public static class ReportView
{
    private const int LawsShown = 20;
    private const int ChoiceColumns = 4;

    /// <summary>The totals per law, the ledger, rates and latency, what differs, and whether it is exact.</summary>
    public static void Write(IAnsiConsole console, LoadReport report)
    {
        WriteLaws(console, report);
        Line(console, $"ledger: published {Number(report.Published)} = counted {Number(report.Counted)}" +
            $" + duplicate {Number(report.Duplicates)} + redelivered {Number(report.Redelivered)}" +
            $" + rejected {Number(report.Rejected)}");
        Line(console, $"  redelivered: {report.RedeliveredSource}{Remainder(report)}");
        Line(console, $"throughput: published {Number(report.PublishRate)}/s, counted {Number(report.DrainRate)}/s");
        if (report.Latency is { } latency)
        {
            Line(console, $"latency, cast to durable: p50 {Milliseconds(latency.P50)}, p95 " +
                $"{Milliseconds(latency.P95)}, p99 {Milliseconds(latency.P99)} ({latency.Source})");
        }

        if (report.Stalled is { } missing)
            Line(console, $"stalled: nothing moved any more; missing: {missing}");
        WriteDifferences(console, report);
        Line(console, $"exact: {(report.Exact ? "yes" : "no")}");
    }

    /// <summary>What was published, and where the ledger is.</summary>
    public static void WritePublished(IAnsiConsole console, RunLedger ledger, string path)
    {
        Line(console, $"run {ledger.Plan.RunId}: {Number(ledger.Confirmed)} messages confirmed in " +
            $"{ledger.Duration.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s, " +
            $"{Number(ledger.Confirmed / Math.Max(1e-3, ledger.Duration.TotalSeconds))}/s; " +
            $"{Number(ledger.Republished)} republished, {Number(ledger.Nacked)} refused; ledger {path}");
    }

    private static void WriteLaws(IAnsiConsole console, LoadReport report)
    {
        var choices = report.Laws.SelectMany(law => law.ByChoice.Keys).Distinct(StringComparer.Ordinal)
            .OrderByDescending(choice => report.Laws.Sum(law => law.ByChoice.GetValueOrDefault(choice))).ToList();

        // Where laws have choices of their own, a column for each would be wider than any screen.
        var inColumns = choices.Count <= ChoiceColumns;
        var table = new Table().AddColumn(new TableColumn("law").NoWrap());
        foreach (var title in inColumns ? choices : ["votes"])
            table.AddColumn(inColumns ? Right(title) : new TableColumn(title));
        table.AddColumn(Right("counted")).AddColumn(Right("sent")).AddColumn(Right("total"));
        foreach (var law in report.Laws.Take(LawsShown))
        {
            string[] votes = inColumns
                ? [.. choices.Select(choice => Number(law.ByChoice.GetValueOrDefault(choice)))]
                : [Markup.Escape(VotesOf(law))];
            table.AddRow(
            [
                Markup.Escape(law.LawId), .. votes, Number(law.Counted), Number(law.Expected), Number(law.Total),
            ]);
        }

        console.Write(table);
        if (report.Laws.Count > LawsShown)
            Line(console, $"{Number(report.Laws.Count)} laws in all; the {LawsShown} most voted are shown");
    }

    // A no-break space keeps each choice beside its figure.
    private static string VotesOf(LawTotals law) => string.Join(
        ", ",
        law.ByChoice.Where(row => row.Value > 0).OrderByDescending(row => row.Value)
            .Select(row => $"{row.Key}\u00a0{Number(row.Value)}"));

    private static void WriteDifferences(IAnsiConsole console, LoadReport report)
    {
        if (report.Exact)
            return;
        Line(console, "differences:");
        foreach (var (kind, count) in report.DifferenceCounts)
            Line(console, $"  {kind}: {Number(count)}");
        foreach (var difference in report.Differences)
            Line(console, $"  - {difference.Kind}: {difference.Detail}");
    }

    private static string Remainder(LoadReport report)
    {
        var remainder = report.Counted + report.Duplicates + report.Redelivered + report.Rejected - report.Published;
        var text = remainder switch
        {
            0 => "",
            > 0 => $"; {Number(remainder)} more than published",
            _ => $"; {Number(-remainder)} less than published",
        };
        // What is wrong is told by the differences. Where nothing is, deliveries made twice explain the figures.
        return remainder == 0 || !report.Exact ? text : text + (remainder > 0
            ? $": {Number(report.Republished)} were republished, the broker delivered the others again"
            : ": an Ingest that died took its figures with it, or they are still on their way");
    }

    // Past the console's own writer, which breaks lines at its width: scripts read these.
    private static void Line(IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);

    private static TableColumn Right(string title) => new TableColumn(Markup.Escape(title)).RightAligned().NoWrap();

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) =>
        time.TotalMilliseconds.ToString("N0", CultureInfo.InvariantCulture) + " ms";
}
