using Npgsql;
using Orleans.Runtime;

namespace Votes.Silo.Api;

/// <summary>Reads the cluster's statistics: the membership from memory, the rest from the database.</summary>
public sealed class StatsReader(ApiDatabase database, ISiloStatusOracle membership)
{
    // The newest rows of the audit lie together, and its block range index knows where: ten seconds of it are read.
    private const string Sql = """
        SELECT (SELECT count(*) FROM laws),
               (SELECT count(*) FROM laws WHERE status = 'open'),
               (SELECT coalesce(sum(total), 0)::bigint FROM vote_results),
               (SELECT count(*) FROM vote_audit WHERE counted_at >= now() - interval '10 seconds') / 10.0::float8,
               now()
        """;

    /// <summary>The statistics.</summary>
    public async Task<StatsView> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return Read(reader, membership.GetApproximateSiloStatuses(onlyActive: true).Count);
    }

    private static StatsView Read(NpgsqlDataReader row, int silos) => new(
        silos,
        row.GetInt64(0),
        row.GetInt64(1),
        row.GetInt64(2),
        row.GetDouble(3),
        row.GetFieldValue<DateTimeOffset>(4));
}
