using Npgsql;
using NpgsqlTypes;
using Votes.Silo.Api;

namespace Votes.Silo.Access.Trail;

/// <summary>
/// Writes what operators do into the table <c>operator_log</c>, and one structured event each into the silo's log. What
/// changes something calls one of these before it answers: without the row there is no change.
/// </summary>
public sealed partial class OperatorLog(ApiDatabase database, ILogger<OperatorLog> logger)
{
    private const string Insert = """
        INSERT INTO operator_log (who, action, subject, outcome, address, details) VALUES ($1, $2, $3, $4, $5, $6)
        """;

    /// <summary>Makes a change in the database and writes the entry that it returns: both, or neither.</summary>
    public async Task ChangeAsync(
        Func<NpgsqlConnection, CancellationToken, Task<OperatorEntry>> change, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var entry = await change(connection, cancellationToken);
        await InsertAsync(connection, entry, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Announce(entry);
    }

    /// <summary>Writes an entry, before something happens that is no change of the database.</summary>
    public async Task WriteAsync(OperatorEntry entry, CancellationToken cancellationToken)
    {
        await InsertAsync(entry, cancellationToken);
        Announce(entry);
    }

    /// <summary>Writes an entry into the table alone.</summary>
    internal async Task InsertAsync(OperatorEntry entry, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await InsertAsync(connection, entry, cancellationToken);
    }

    /// <summary>Writes an entry into the silo's log alone.</summary>
    internal void Announce(OperatorEntry entry)
    {
        var (who, subject, details) =
            (LogText.Clean(entry.Caller.Who), LogText.Clean(entry.Subject), LogText.Json(entry.Details));
        var address = entry.Caller.Address?.ToString() ?? "";
        LogEntry(who, address, entry.Action, subject, entry.Outcome, details);
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection, OperatorEntry entry, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                new() { Value = LogText.Clean(entry.Caller.Who) },
                new() { Value = entry.Action },
                new() { Value = LogText.Clean(entry.Subject) },
                new() { Value = entry.Outcome },
                new() { Value = (object?)entry.Caller.Address ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Inet },
                new() { Value = LogText.Json(entry.Details), NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "On record: {Who} at {Address}, {Action} '{Subject}' {Outcome} {Details}")]
    private partial void LogEntry(
        string who, string address, string action, string subject, string outcome, string details);
}
