using Npgsql;

namespace Votes.Silo.Minutes;

/// <summary>Sums the audit up by law, minute and choice, a minute at a time.</summary>
/// <param name="database">Connects as the application's role.</param>
/// <param name="limit">How long one minute may take.</param>
/// <param name="delay">How long after its end a minute is summed up at the earliest.</param>
public sealed class MinuteStore(NpgsqlDataSource database, TimeSpan limit, TimeSpan delay)
{
    /// <summary>
    /// A vote's time is that of the begin of its transaction: a minute is complete when no transaction of the application
    /// goes on that began in it, or before. One that has begun shows up there at once; $1 is added all the same. Silos take
    /// turns by the row's lock.
    /// </summary>
    private const string Sql = """
        WITH due AS (
          SELECT until FROM minutes_range
           WHERE until + interval '1 minute' <= now() - $1
             AND NOT EXISTS (SELECT FROM pg_stat_activity
                              WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()
                                AND xact_start < until + interval '1 minute')
             FOR UPDATE SKIP LOCKED),
        summed AS (
          INSERT INTO vote_minutes (law_id, minute, choice, votes)
          SELECT a.law_id, d.until, a.choice, count(*)
            FROM due d JOIN vote_audit a ON a.counted_at >= d.until AND a.counted_at < d.until + interval '1 minute'
           GROUP BY 1, 2, 3)
        UPDATE minutes_range r SET until = r.until + interval '1 minute' FROM due RETURNING r.until
        """;

    /// <summary>Sums the next minute up, where it is over and no other silo does it.</summary>
    /// <returns>Up to when all minutes are summed up; null where there was nothing to do.</returns>
    /// <exception cref="NpgsqlException">Nothing has changed, or the minute is done: the next call finds out.</exception>
    public async Task<DateTime?> SumUpAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds),
        };
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = delay });
        return await command.ExecuteScalarAsync(cancellationToken) as DateTime?;
    }
}
