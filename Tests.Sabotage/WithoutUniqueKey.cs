using Npgsql;
using NpgsqlTypes;
using Votes.Grains.Flush;
using Votes.Grains.Store;

namespace Votes.Tests.Sabotage;

/// <summary>
/// Moves the totals by every vote that arrives, as a counter in memory would, and leaves it to the audit alone to know
/// which of them the voter had cast before.
/// </summary>
internal sealed class WithoutUniqueKey(ITallyStore real, string connectionString) : SabotagedStore(real)
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    public override async Task<FlushResult> WriteAsync(
        int lane, FlushRows rows, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await AuditAsync(connection, rows, cancellationToken);
            await MoveTotalsAsync(connection, rows, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return AllCounted(rows);
        }
        catch (NpgsqlException exception)
        {
            throw new StoreUnavailableException("sabotage", exception);
        }
    }

    private static async Task AuditAsync(NpgsqlConnection connection, FlushRows rows, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO vote_audit (law_id, voter, vote_id, choice, cast_at)
            SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])
             ORDER BY 1, 2
            ON CONFLICT DO NOTHING
            """;
        command.Parameters.Add(new NpgsqlParameter { Value = rows.LawIds });
        command.Parameters.Add(new NpgsqlParameter { Value = rows.Voters });
        command.Parameters.Add(new NpgsqlParameter { Value = rows.VoteIds });
        command.Parameters.Add(new NpgsqlParameter { Value = rows.Choices });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = rows.CastAt,
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task MoveTotalsAsync(
        NpgsqlConnection connection, FlushRows rows, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO vote_results AS r (law_id, choice, total, version, updated_at)
            SELECT law_id, choice, count(*), 1, now() FROM unnest($1::text[], $2::text[]) AS t (law_id, choice)
             GROUP BY law_id, choice ORDER BY law_id, choice
            ON CONFLICT ON CONSTRAINT vote_results_pk DO UPDATE
              SET total = r.total + EXCLUDED.total, version = r.version + 1, updated_at = EXCLUDED.updated_at
            """;
        command.Parameters.Add(new NpgsqlParameter { Value = rows.LawIds });
        command.Parameters.Add(new NpgsqlParameter { Value = rows.Choices });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
