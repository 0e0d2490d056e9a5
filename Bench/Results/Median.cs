namespace Votes.Bench.Results;

/// <summary>Medians, and ratios as medians of pairs. Pure.</summary>
public static class Median
{
    /// <summary>The middle value, or the mean of the two in the middle; null where there are none.</summary>
    public static double? Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
            return null;
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The median of a figure over a case's usable runs.</summary>
    public static double? Of(IEnumerable<RunResult> runs, string name, Func<RunResult, double?> figure) =>
        Of(Figures(runs, name, figure).Values);

    /// <summary>
    /// The median over the rounds of one case's figure divided by another's of the same round: what changes from round
    /// to round, such as the machine's temper, changes both.
    /// </summary>
    public static double? Ratio(
        IEnumerable<RunResult> runs, string over, string under, Func<RunResult, double?> figure)
    {
        var all = runs.ToList();
        var below = Figures(all, under, figure);
        return Of(Figures(all, over, figure)
            .Where(above => below.GetValueOrDefault(above.Key) > 0)
            .Select(above => above.Value / below[above.Key]));
    }

    private static Dictionary<int, double> Figures(
        IEnumerable<RunResult> runs, string name, Func<RunResult, double?> figure) =>
        runs.Where(run => run.Case == name && run.Usable && figure(run) is not null)
            .ToDictionary(run => run.Round, run => figure(run)!.Value);
}
