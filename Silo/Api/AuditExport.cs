using System.Data;
using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Votes.Silo.Api;

/// <summary>
/// The counted votes of a law as a file, row by row as the database sends them. In no order: sorting a hundred million rows
/// would take the database's disk. From one snapshot: its rows add up to the totals of the moment it was begun.
/// </summary>
/// <remarks>
/// The key of the voter is left out unless it is asked for. It is a pseudonym, but whoever has the secret can tell by it
/// how a person voted, and a recount needs the vote ids alone, which are one per voter as well.
/// </remarks>
public sealed partial class AuditExport(
    ApiDatabase database, IOptions<ApiOptions> options, TimeProvider time, ILogger<AuditExport> logger)
{
    // How long the next rows may take: the first ones of a large law come after a while.
    private const int RowsSeconds = 120;

    private const string Rows = "SELECT vote_id, choice, cast_at, counted_at, voter FROM vote_audit WHERE law_id = $1";

    /// <summary>Writes the file.</summary>
    public async Task WriteAsync(
        string lawId, bool voters, ExportFormat format, HttpResponse response, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.AuditExportLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await using var connection = await database.Source.OpenConnectionAsync(either.Token);
        await using var transaction = await connection.BeginTransactionAsync(either.Token);
        await AllowTimeAsync(connection, either.Token);
        await using var command = new NpgsqlCommand(Rows, connection) { CommandTimeout = RowsSeconds };
        command.Parameters.Add(new NpgsqlParameter { Value = lawId });
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, either.Token);

        string[] columns = ["vote_id", "choice", "cast_at", "counted_at"];
        var file = ExportFile.Begin(
            response, format, "audit", lawId, voters ? [.. columns, "voter"] : columns);
        var written = 0L;
        while (await reader.ReadAsync(either.Token))
        {
            await file.WriteAsync(Row(reader, voters), either.Token);
            written++;
        }

        LogExported(written, voters);
    }

    private static object?[] Row(NpgsqlDataReader reader, bool voters)
    {
        // In the columns' order, as a sequential reader wants it.
        object?[] row =
        [
            reader.GetGuid(0),
            reader.GetString(1),
            reader.GetFieldValue<DateTimeOffset>(2),
            reader.GetFieldValue<DateTimeOffset>(3),
        ];
        return voters ? [.. row, reader.GetGuid(4)] : row;
    }

    private async Task AllowTimeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var milliseconds = ((long)options.Value.AuditExportLimit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        await using var command = new NpgsqlCommand("SELECT set_config('statement_timeout', $1, true)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = milliseconds });
        await command.ExecuteScalarAsync(cancellationToken);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "An operator exported the audit of a law: {Rows} votes, with the keys of voters: {Voters}")]
    private partial void LogExported(long rows, bool voters);
}
