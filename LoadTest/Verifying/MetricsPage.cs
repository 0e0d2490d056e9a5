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
            if (TryReadFigure(line[(close + 1)..], out var number))
                sum = (sum ?? 0) + number;
        }

        return sum;
    }

    /// <summary>The figure of a metric without labels; null where there is none.</summary>
    public static double? Value(string page, string metric)
    {
        foreach (var line in page.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(metric, StringComparison.Ordinal) && line.Length > metric.Length &&
                line[metric.Length] == ' ' && TryReadFigure(line[metric.Length..], out var number))
            {
                return number;
            }
        }

        return null;
    }

    private static bool TryReadFigure(ReadOnlySpan<char> text, out double number)
    {
        // A time stamp may follow the figure.
        var figure = text.Trim();
        var end = figure.IndexOf(' ');
        return double.TryParse(
            end < 0 ? figure : figure[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out number);
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
