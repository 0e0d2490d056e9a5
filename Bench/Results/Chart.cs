using System.Globalization;
using System.Text;

namespace Votes.Bench.Results;

/// <summary>Draws the votes per second of all cases: a bar for the median, a dot for each run. An SVG. Pure.</summary>
public static class Chart
{
    private const int Width = 860;
    private const int Left = 130;
    private const int Right = 110;
    private const int Top = 64;
    private const int Row = 30;
    private const int Bar = 18;

    /// <summary>The SVG's text.</summary>
    public static string Draw(BenchResults results)
    {
        var cases = results.Runs.Where(static run => run.Usable && run.VotesPerSecond is not null)
            .GroupBy(static run => run.Case)
            .Select(static runs =>
                (Name: runs.Key, Rates: runs.Select(static run => run.VotesPerSecond!.Value).ToList()))
            .ToList();
        var most = cases.SelectMany(static one => one.Rates).DefaultIfEmpty(1).Max();
        var svg = new StringBuilder();
        var height = Top + (cases.Count * Row) + 24;
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}"
                 font-family="sans-serif" font-size="13">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="20" y="26" font-size="16" fill="#222222">Votes per second: medians, each run a dot</text>
            <text x="20" y="46" fill="#666666">{Subtitle(results)}</text>

            """);
        for (var place = 0; place < cases.Count; place++)
            AddCase(svg, cases[place].Name, cases[place].Rates, most, Top + (place * Row));
        return svg.Append("</svg>\n").ToString();
    }

    private static void AddCase(StringBuilder svg, string name, List<double> rates, double most, int y)
    {
        var scale = (Width - Left - Right) / most;
        var median = Median.Of(rates) ?? 0;
        var middle = y + (Bar / 2);
        svg.Append(CultureInfo.InvariantCulture, $"""
            <text x="{Left - 8}" y="{middle + 4}" text-anchor="end" fill="#222222">{Escaped(name)}</text>
            <rect x="{Left}" y="{y}" width="{median * scale:0.0}" height="{Bar}" fill="#4c78a8"/>
            <text x="{Width - Right + 10}" y="{middle + 4}" fill="#222222">{median:#,0}</text>

            """);
        foreach (var rate in rates)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""
                <circle cx="{Left + (rate * scale):0.0}" cy="{middle}" r="3" fill="#f58518"/>

                """);
        }
    }

    private static string Subtitle(BenchResults results) => Escaped(string.Create(
        CultureInfo.InvariantCulture,
        $"{results.Machine?.Processor}, {results.Machine?.Cores} cores; {results.Votes:#,0} votes after " +
        $"{results.WarmUpVotes:#,0} of warm-up; {results.StartedAt:yyyy-MM-dd}"));

    private static string Escaped(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
