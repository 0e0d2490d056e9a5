using System.Globalization;
using Spectre.Console;

namespace Votes.Ops.Reconcile;

/// <summary>Prints what a recount found, and what was repaired.</summary>
internal static class ReconcileView
{
    /// <summary>How many differences are listed one by one; all are counted.</summary>
    public const int Listed = 100;

    private const int LawCharacters = 60;

    /// <summary>A row for each difference, then the sums.</summary>
    public static void Write(IAnsiConsole console, LedgerReading reading)
    {
        WriteRows(console, reading.Differences, "difference");
        console.WriteLine(
            $"{Text(reading.Laws)} laws, totals {Text(reading.Total)}, audit rows {Text(reading.AuditRows)}, "
            + $"differences {Text(reading.Differences.Count)}");
        if (reading.Statistics is { } statistics)
        {
            console.WriteLine(
                $"statistics: {Text(statistics.Counted)} votes reported as counted, {Text(statistics.Missing)} of them missing, "
                + $"{Text(statistics.Unreported)} votes on record that no Ingest reported"
                + (statistics.Unreported > 0 ? "; Ingests report a minute's votes after it" : ""));
        }
    }

    /// <summary>What was set right.</summary>
    public static void WriteRepaired(IAnsiConsole console, IReadOnlyList<LedgerRow> repaired)
    {
        WriteRows(console, repaired, "was off by");
        console.WriteLine($"{Text(repaired.Count)} totals set to their audit rows, in one transaction");
    }

    private static void WriteRows(IAnsiConsole console, IReadOnlyList<LedgerRow> rows, string difference)
    {
        if (rows.Count == 0)
            return;
        var table = new Table().AddColumn("law").AddColumn("choice");
        foreach (var title in new[] { "total", "audit rows", difference })
            table.AddColumn(new TableColumn(title).RightAligned());
        foreach (var row in rows.Take(Listed))
        {
            table.AddRow(
                new Text(SafeText.Of(row.LawId, LawCharacters)),
                new Text(SafeText.Of(row.Choice, LawCharacters)),
                new Text(Text(row.Total)),
                new Text(Text(row.AuditRows)),
                new Text(row.Difference.ToString("+#,0;-#,0", CultureInfo.InvariantCulture)));
        }

        console.Write(table);
        if (rows.Count > Listed)
            console.WriteLine($"the first {Listed} of {Text(rows.Count)} are shown");
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
