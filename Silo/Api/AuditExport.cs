using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Votes.Silo.Api;

/// <summary>
/// The counted votes of a law as a file, in the order of the voters' keys: slice by slice, each a statement of its own that is
/// over before its rows go to the client. One long statement would keep the whole database from cleaning up behind itself
/// for as long as the slowest client takes. What was counted before the export began is in it; of the votes that are
/// counted meanwhile some are. A closed law's is exact.
/// </summary>
/// <remarks>
/// The key of the voter is left out unless it is asked for. It is a pseudonym, but whoever has the secret can tell by it
/// how a person voted, and a recount needs the vote ids alone, which are one per voter as well.
/// </remarks>
public sealed partial class AuditExport(
    ApiReads database, IOptions<ApiOptions> options, TimeProvider time, ILogger<AuditExport> logger)
{
    private const int RowsPerSlice = 5_000;

    private const string Slice = """
        SELECT voter, vote_id, choice, cast_at, counted_at FROM vote_audit
         WHERE law_id = $1 AND ($2 IS NULL OR voter > $2)
         ORDER BY voter LIMIT $3
        """;

    /// <summary>The file that the law's votes were put into, and are being dropped for; null where they are all here.</summary>
    public async Task<string?> ArchiveOfAsync(string lawId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "SELECT file FROM law_archives WHERE law_id = $1", new NpgsqlParameter { Value = lawId });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Writes the file, and returns how many votes it has.</summary>
    public async Task<long> WriteAsync(
        string lawId, bool voters, ExportFormat format, HttpResponse response, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.AuditExportLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);

        // Before the answer begins: a database that is away is to be told of by a status.
        var rows = await ReadAsync(lawId, null, either.Token);
        string[] columns = ["vote_id", "choice", "cast_at", "counted_at"];
        var file = ExportFile.Begin(
            response, format, "audit", lawId, voters ? [.. columns, "voter"] : columns);
        var written = 0L;
        while (rows.Count > 0)
        {
            foreach (var row in rows)
            {
                await file.WriteAsync(voters ? [.. row.Cells, row.Voter] : row.Cells, either.Token);
            }

            written += rows.Count;
            rows = rows.Count < RowsPerSlice ? [] : await ReadAsync(lawId, rows[^1].Voter, either.Token);
        }

        await file.EndAsync(either.Token);

        LogExported(written, voters);
        return written;
    }

    private async Task<List<(Guid Voter, object?[] Cells)>> ReadAsync(
        string lawId, Guid? after, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            Slice,
            new NpgsqlParameter { Value = lawId },
            new NpgsqlParameter { Value = after is { } voter ? voter : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            new NpgsqlParameter { Value = RowsPerSlice });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(Guid, object?[])>(RowsPerSlice);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((reader.GetGuid(0), Cells(reader)));
        }

        return rows;
    }

    private static object?[] Cells(NpgsqlDataReader reader) =>
    [
        reader.GetGuid(1),
        reader.GetString(2),
        reader.GetFieldValue<DateTimeOffset>(3),
        reader.GetFieldValue<DateTimeOffset>(4),
    ];

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "An operator exported the audit of a law: {Rows} votes, with the keys of voters: {Voters}")]
    private partial void LogExported(long rows, bool voters);
}
