using System.Globalization;
using Spectre.Console;

namespace Votes.LocalCluster.Commands;

/// <summary>Prints what the check of the database found.</summary>
internal static class DatabaseCheckView
{
    private const int LawsShown = 30;

    /// <summary>A row a law, then the sums.</summary>
    public static void Write(IAnsiConsole console, DatabaseCheck check)
    {
        var table = new Table().AddColumn("law");
        foreach (var title in new[] { "total", "audit rows", "choices that differ" })
            table.AddColumn(new TableColumn(title).RightAligned());
        foreach (var law in check.Laws.Take(LawsShown))
            table.AddRow(Markup.Escape(law.LawId), Text(law.Total), Text(law.Audited), Text(law.Differences));
        console.Write(table);
        if (check.Laws.Count > LawsShown)
            console.WriteLine($"{Text(check.Laws.Count)} laws in all; {LawsShown} are shown, differences first");
        console.WriteLine(
            $"totals {Text(check.Total)}, audit rows {Text(check.Audited)}, duplicates on record " +
            $"{Text(check.Duplicates)}, differences {Text(check.Differences)}");
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
