using System.Globalization;

namespace Votes.LoadTest.Verifying;

/// <summary>Reads figures from a page in Prometheus' text format.</summary>
public static class MetricsPage
{
    /// <summary>The sum of a metric's series that have a label of this value; null where there is none.</summary>
    public static double? Sum(string page, string metric, string label, string value)
    {
        double? sum = null;
        var wanted = $"{label}=\"{value}\"";
        foreach (var line in page.AsSpan().EnumerateLines())
        {
            var open = line.IndexOf('{');
            var close = line.LastIndexOf('}');
            if (open < 0 || close < open || !line[..open].SequenceEqual(metric))
                continue;
            if (!HasLabel(line[(open + 1)..close], wanted))
                continue;
            // A time stamp may follow the figure.
            var figure = line[(close + 1)..].Trim();
            var end = figure.IndexOf(' ');
            if (double.TryParse(
                end < 0 ? figure : figure[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                sum = (sum ?? 0) + number;
        }

        return sum;
    }

    private static bool HasLabel(ReadOnlySpan<char> labels, string wanted)
    {
        foreach (var part in labels.Split(','))
        {
            if (labels[part].SequenceEqual(wanted))
                return true;
        }

        return false;
    }
}
