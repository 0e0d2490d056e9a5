using Npgsql;

namespace Votes.Ops;

/// <summary>
/// Puts what this program changes into the operator log, in the transaction of the change: who are the database's role and
/// the user of the machine that it runs on.
/// </summary>
internal static class OperatorRecord
{
    private const string Insert = """
        insert into operator_log (who, action, subject, outcome, address, details)
        values ('database:' || left(session_user, 100), $1, $2, 'done', inet_client_addr(),
                jsonb_build_object('user', left($3, 100), $4, $5))
        """;

    /// <summary>Writes an entry on the connection that has the transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="action">What is done.</param>
    /// <param name="lawId">The law that it is about; empty: several.</param>
    /// <param name="number">What the number of the entry counts, and the number.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        string action,
        string lawId,
        (string Name, long Value) number,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                new() { Value = action },
                new() { Value = lawId },
                new() { Value = Environment.UserName },
                new() { Value = number.Name },
                new() { Value = number.Value },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
