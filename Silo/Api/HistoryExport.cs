using System.ComponentModel;
using Votes.Silo.Access;

namespace Votes.Silo.Api;

/// <summary>A law's history as a file: a row for each step and choice.</summary>
public static class HistoryExport
{
    /// <summary>Maps it.</summary>
    public static void MapHistoryExport(this RouteGroupBuilder api) =>
        api.MapGet("/laws/{id}/history.csv", WriteAsync).CacheOutput(AnswerCache.Histories)
            .WithSummary("A law's totals over time as csv, a row for each step and choice")
            .WithDescription("The same range and steps as history takes.")
            .Produces<string>(200, "text/csv").ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);

    /// <summary>The rows: law, end of the step, choice, votes counted in the step, total at its end.</summary>
    internal static IEnumerable<object?[]> Rows(HistoryView history)
    {
        var before = history.Before;
        foreach (var point in history.Points)
        {
            for (var choice = 0; choice < history.Choices.Count; choice++)
            {
                yield return
                [
                    history.LawId, point.At, history.Choices[choice], point.Totals[choice] - before[choice], point.Totals[choice],
                ];
            }

            before = point.Totals;
        }
    }

    private static async Task<IResult> WriteAsync(
        LawIdInPath law,
        [Description("The begin, RFC 3339; an hour before the end without it.")] Moment? from,
        [Description("The end, RFC 3339; now without it.")] Moment? to,
        [Description("Seconds between two points; a sixtieth of the range without it.")] int? step,
        HttpResponse response,
        Caller caller,
        KnownLaws known,
        HistoryReader reader,
        CostlyQueries costly,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var query = HistoryQuery.Parse(from?.Value, to?.Value, step, time.GetUtcNow());
        if (!await known.ExistsAsync(law.Value, cancellationToken))
        {
            return Problems.UnknownLaw();
        }

        var history = await costly.RunAsync(
            QueryKind.Histories, caller.Client, ct => reader.ReadAsync(law.Value, query, ct), cancellationToken);
        var file = ExportFile.Begin(response, ExportFormat.Csv, "history", law.Value, "law_id", "at", "choice", "votes", "total");
        foreach (var row in Rows(history))
        {
            await file.WriteAsync(row, cancellationToken);
        }

        await file.EndAsync(cancellationToken);

        return TypedResults.Empty;
    }
}
