using System.Net;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Votes.Silo.Api;

namespace Votes.Silo.Access.Trail;

/// <summary>Reads the operator log for operators, a page at a time.</summary>
public sealed class OperatorLogReader(ApiDatabase database)
{
    private const int MaxLimit = 500;
    private const int DefaultLimit = 100;

    // Each filter that is null lets everything through.
    private const string Sql = """
        SELECT entry_id, at, who, action, subject, outcome, address, details FROM operator_log
         WHERE entry_id < $1 AND ($2 IS NULL OR subject = $2) AND ($3 IS NULL OR who = $3)
         ORDER BY entry_id DESC LIMIT $4
        """;

    /// <summary>The latest entries before one.</summary>
    /// <exception cref="BadRequestException">A value is out of its bounds.</exception>
    public async Task<OperatorLogPage> ReadAsync(
        long? before, int? limit, string? law, string? who, CancellationToken cancellationToken)
    {
        if (before < 1)
        {
            throw new BadRequestException($"before is {before}; it must be the before of another answer.");
        }

        if (limit is < 1 or > MaxLimit)
        {
            throw new BadRequestException($"limit is {limit}; it must be from 1 to {MaxLimit}.");
        }

        if (law?.Contains('\0') == true || who?.Contains('\0') == true)
        {
            throw new BadRequestException("law and who must hold no control characters.");
        }

        var most = limit ?? DefaultLimit;
        await using var command = database.Command(
            Sql,
            new NpgsqlParameter { Value = before ?? long.MaxValue },
            new NpgsqlParameter { Value = (object?)law ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter { Value = (object?)who ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter { Value = most + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<OperatorLogEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(Read(reader));
        }

        return entries.Count <= most
            ? new OperatorLogPage(entries, null)
            : new OperatorLogPage(entries[..most], entries[most - 1].Id);
    }

    private static OperatorLogEntry Read(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetFieldValue<DateTimeOffset>(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<IPAddress>(6).ToString(),
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(row.GetString(7)) ?? []);
}
