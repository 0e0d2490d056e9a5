using System.ComponentModel;
using Npgsql;
using Votes.Silo.Access;
using Votes.Silo.Access.Trail;
using Votes.Silo.Operators;

namespace Votes.Silo.Api;

/// <summary>A law as files: its totals for everybody, its audit for operators.</summary>
public static class ExportRoutes
{
    private const string Totals = """
        SELECT t.law_id, t.choice, t.total, t.share, t.version, now(), max(t.updated_at) OVER (), l.status, l.closed_at,
               coalesce(late.votes, 0)
          FROM law_totals t
          JOIN laws l ON l.law_id = t.law_id AND l.deleted_at IS NULL
          LEFT JOIN late_totals late ON late.law_id = t.law_id
         WHERE t.law_id = $1 ORDER BY t.place NULLS LAST, t.choice
        """;

    /// <summary>Maps them.</summary>
    public static void MapExportRoutes(this RouteGroupBuilder api)
    {
        foreach (var (extension, format) in new[] { ("csv", ExportFormat.Csv), ("ndjson", ExportFormat.Ndjson) })
        {
            var type = format == ExportFormat.Csv ? "text/csv" : "application/x-ndjson";
            api.MapGet($"/laws/{{id}}/export.{extension}", (
                    LawIdInPath law, HttpResponse response, KnownLaws known, ApiDatabase database, CancellationToken ct) =>
                    ExportTotalsAsync(law.Value, format, response, known, database, ct))
                .WithSummary($"A law's durable totals as {extension}")
                .Produces<string>(200, type).ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);
            api.MapGet($"/laws/{{id}}/audit.{extension}", (
                    LawIdInPath law,
                    [Description("true: with the pseudonymous key of each voter.")] bool? voters,
                    HttpResponse response,
                    Caller caller,
                    KnownLaws known,
                    AuditExport audit,
                    OperatorLog log,
                    TrailQueue trail,
                    CancellationToken ct) =>
                    ExportAuditAsync(
                        new OperatorEntry(
                            caller,
                            OperatorActions.ExportAudit,
                            law.Value,
                            OperatorOutcomes.Begun,
                            ("voters", voters ?? false),
                            ("format", extension)),
                        format,
                        voters ?? false,
                        response,
                        known,
                        audit,
                        log,
                        trail,
                        ct))
                .TakesGetAlone().RequireAuthorization(Roles.OperatorsPolicy).AddEndpointFilter(FromOurPages.CheckAsync).RequireRateLimiting(RateLimits.AuditExport)
                .WithSummary($"Operators: every counted vote on a law, as {extension}")
                .Produces<string>(200, type).ProducesProblem(400).ProducesProblem(401).ProducesProblem(403)
                .ProducesProblem(404).ProducesProblem(410).ProducesProblem(429).ProducesProblem(503);
        }
    }

    private static async Task<IResult> ExportTotalsAsync(
        string lawId,
        ExportFormat format,
        HttpResponse response,
        KnownLaws known,
        ApiDatabase database,
        CancellationToken cancellationToken)
    {
        if (!await known.ExistsAsync(lawId, cancellationToken))
        {
            return Problems.UnknownLaw();
        }

        await using var command = database.Command(Totals, new NpgsqlParameter { Value = lawId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var file = ExportFile.Begin(
            response,
            format,
            "totals",
            lawId,
            ["law_id", "choice", "total", "share", "version", "as_of", "changed_at", "status", "closed_at", "rejected_after_close"]);
        while (await reader.ReadAsync(cancellationToken))
        {
            await file.WriteAsync(Row(reader), cancellationToken);
        }

        await file.EndAsync(cancellationToken);

        return TypedResults.Empty;
    }

    private static object?[] Row(NpgsqlDataReader reader) =>
    [
        reader.GetString(0),
        reader.GetString(1),
        reader.GetInt64(2),
        reader.IsDBNull(3) ? null : reader.GetDecimal(3),
        reader.IsDBNull(4) ? 0L : reader.GetInt64(4),
        reader.GetFieldValue<DateTimeOffset>(5),
        reader.GetFieldValue<DateTimeOffset?>(6),
        reader.GetString(7),
        reader.GetFieldValue<DateTimeOffset?>(8),
        reader.GetInt64(9),
    ];

    private static async Task<IResult> ExportAuditAsync(
        OperatorEntry entry,
        ExportFormat format,
        bool voters,
        HttpResponse response,
        KnownLaws known,
        AuditExport audit,
        OperatorLog log,
        TrailQueue trail,
        CancellationToken cancellationToken)
    {
        var lawId = entry.Subject;
        if (!await known.ExistsAsync(lawId, cancellationToken))
        {
            return Problems.UnknownLaw();
        }

        if (await audit.ArchiveOfAsync(lawId, cancellationToken) is { } file)
        {
            return Problems.Of(
                StatusCodes.Status410Gone, $"The votes of this law are archived in the file {file}. Its totals are still here.");
        }

        // Before the first vote: what cannot be put on record is not given out.
        await log.WriteAsync(entry, cancellationToken);
        var ended = entry with { Outcome = OperatorOutcomes.Failed };
        try
        {
            var votes = await audit.WriteAsync(lawId, voters, format, response, cancellationToken);
            ended = entry with { Outcome = OperatorOutcomes.Done, Details = [.. entry.Details, ("votes", votes)] };
        }
        finally
        {
            trail.Add(ended);
        }

        return TypedResults.Empty;
    }
}
