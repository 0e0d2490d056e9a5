using System.Globalization;
using Spectre.Console;

namespace Votes.Bench.Results;

/// <summary>Shows results to people: a line for each run as it ends, and the tables at the end.</summary>
internal sealed class ResultsView(IAnsiConsole console)
{
    /// <summary>One run.</summary>
    public void WriteRun(RunResult run)
    {
        var parts = new List<string>();
        if (run.VotesPerSecond is { } rate)
            parts.Add($"{Number(rate)} votes/s");
        if (run.CpuMicroseconds is { } cpu)
        {
            parts.Add($"CPU us/vote: own {cpu.Own:0.0}, broker {cpu.Broker:0.0}, database {cpu.Database:0.0}, " +
                $"strangers {cpu.Strangers:0.0}");
        }

        if (run.CastToDurable is { } durable)
            parts.Add($"cast to durable p50/p95/p99 {durable.P50:0}/{durable.P95:0}/{durable.P99:0} ms");
        if (run.GetTally is { } tally)
            parts.Add($"GetTally p50/p99 {tally.P50:0.0}/{tally.P99:0.0} ms");
        if (run.HttpTally is { } http)
            parts.Add($"/tally p50/p95/p99 {http.P50:0.0}/{http.P95:0.0}/{http.P99:0.0} ms");
        if (run.Streams is { } streams)
        {
            parts.Add($"{streams.Streams} streams, {Number(streams.EventsPerSecond)} events/s: " +
                $"{streams.CpuPercentAdded:0.0} % of a core more than {streams.CpuPercentWithout:0.0} %");
        }

        if (run.IdleLawBytes is { } bytes)
            parts.Add($"{Number(bytes)} bytes an idle law");
        parts.AddRange(run.Problems.Take(3));
        var mark = run.Usable ? "[green]ok[/]" : "[red]failed[/]";
        console.MarkupLine($"  {run.Round} {run.Case,-12} {mark} {string.Join("; ", parts).EscapeMarkup()}");
    }

    /// <summary>All cases, and the figures to reach.</summary>
    public void Write(BenchResults results)
    {
        WriteCases(results);
        var table = new Table().Title("figures to reach").RoundedBorder()
            .AddColumns("what", "median", "reach", "", "aim", "");
        foreach (var target in Targets.All)
        {
            var figure = target.Figure(results.Runs);
            table.AddRow(
                target.Name.EscapeMarkup(),
                figure is null ? "[grey]not measured[/]" : Text(target, figure.Value),
                Bound(target, target.Reach), Mark(target, figure, target.Reach, "[red]short[/]"),
                Bound(target, target.Aim), Mark(target, figure, target.Aim, "[grey]not yet[/]"));
        }

        console.Write(table);
    }

    private void WriteCases(BenchResults results)
    {
        var table = new Table().Title("medians of the usable runs").RoundedBorder()
            .AddColumns("case", "runs", "exact", "votes/s", "own us", "broker us", "database us", "trans./s")
            .AddColumn("peak MB");
        foreach (var runs in results.Runs.GroupBy(static run => run.Case))
        {
            var usable = runs.Where(static run => run.Usable).ToList();
            var wrong = runs.Count(static run => run.Exact is false);
            var checkedRuns = runs.Count(static run => run.Exact is not null);
            table.AddRow(
                runs.Key.EscapeMarkup(), $"{usable.Count} of {runs.Count()}",
                wrong > 0 ? $"[red]{wrong} not[/]" : checkedRuns == runs.Count() ? "all" : $"{checkedRuns}",
                Middle(usable, static run => run.VotesPerSecond, "#,0"),
                Middle(usable, static run => run.CpuMicroseconds?.Own, "0.0"),
                Middle(usable, static run => run.CpuMicroseconds?.Broker, "0.0"),
                Middle(usable, static run => run.CpuMicroseconds?.Database, "0.0"),
                Middle(usable, static run => run.TransactionsPerSecond, "#,0.0"),
                string.Join(", ", Peaks(usable)).EscapeMarkup());
        }

        console.Write(table);
    }

    private static IEnumerable<string> Peaks(List<RunResult> runs) => runs.SelectMany(static run => run.PeakMegabytes)
        .GroupBy(static peak => peak.Key)
        .Select(static peaks => $"{peaks.Key} {peaks.Max(static peak => peak.Value):0}");

    private static string Middle(List<RunResult> runs, Func<RunResult, double?> figure, string format) =>
        Median.Of(runs.Select(figure).OfType<double>())?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static string Bound(Target target, double? bound) =>
        bound is null ? "" : (target.AtMost ? "at most " : "") + Text(target, bound.Value);

    private static string Text(Target target, double figure) =>
        string.Create(CultureInfo.InvariantCulture, $"{figure:#,0.##} {target.Unit}").TrimEnd();

    private static string Mark(Target target, double? figure, double? bound, string otherwise) =>
        figure is null || bound is null ? "" : target.Keeps(figure.Value, bound.Value) ? "[green]ok[/]" : otherwise;

    private static string Number(double figure) => figure.ToString("#,0", CultureInfo.InvariantCulture);
}
