using Npgsql;

namespace Votes.Silo.Closing;

/// <summary>The closings that wait, as the table has them: any silo goes on with them.</summary>
/// <param name="database">Connects as the application's role.</param>
public sealed class ClosingStore(NpgsqlDataSource database)
{
    private const string Due = """
        SELECT law_id, closing_since FROM laws
         WHERE status = 'closing' AND closing_since IS NOT NULL AND (closes_at IS NULL OR closes_at <= now())
         ORDER BY law_id LIMIT 1000
        """;

    // One that was called off, or asked for again, meanwhile is not this one.
    private const string Close = """
        UPDATE laws SET status = 'closed' WHERE law_id = $1 AND status = 'closing' AND closing_since = $2
        """;

    /// <summary>Laws to be closed once the votes published so far are settled: those that voting has ended
    /// on.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task<IReadOnlyList<ClosingLaw>> ReadDueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Due);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var laws = new List<ClosingLaw>();
        while (await reader.ReadAsync(cancellationToken))
        {
            laws.Add(new ClosingLaw(reader.GetString(0), await reader.GetFieldValueAsync<DateTimeOffset>(1, cancellationToken)));
        }

        return laws;
    }

    /// <summary>Closes a law; false where this closing was called off, or another silo was first.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task<bool> CloseAsync(ClosingLaw law, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Close);
        command.Parameters.Add(new NpgsqlParameter { Value = law.LawId });
        command.Parameters.Add(new NpgsqlParameter { Value = law.Since });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
