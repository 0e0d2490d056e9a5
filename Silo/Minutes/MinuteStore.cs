using System.Data;
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
    /// goes on that began in it, or before. One that has begun shows up there at once; $1 is added all the same. The server
    /// shows those of its own role to this one, and those of all roles to the owner, as whom the function looks, where
    /// db/bootstrap/roles.sql has let it. Silos take turns by the row's lock.
    /// </summary>
    private const string Due = """
        SELECT until FROM minutes_range
         WHERE until + interval '1 minute' <= now() - $1
           AND NOT EXISTS (SELECT FROM pg_stat_activity
                            WHERE pg_has_role(usesysid, 'votes_app', 'member') AND datname = current_database() AND pid <> pg_backend_pid()
                              AND xact_start < until + interval '1 minute')
           AND NOT EXISTS (SELECT FROM counting_transactions() AS began WHERE began < until + interval '1 minute')
           FOR UPDATE SKIP LOCKED
        """;

    /// <summary>
    /// A statement of its own, with a newer snapshot than that look: a transaction that ended while the look went on was no
    /// longer among those that go on, and yet its votes were not in the look's snapshot.
    /// </summary>
    private const string Sum = """
        WITH summed AS (
          INSERT INTO vote_minutes (law_id, minute, choice, votes)
          SELECT law_id, $1, choice, count(*) FROM vote_audit
           WHERE counted_at >= $1 AND counted_at < $1 + interval '1 minute'
           GROUP BY law_id, choice)
        UPDATE minutes_range SET until = until + interval '1 minute' RETURNING until
        """;

    /// <summary>Sums the next minute up, where it is over and no other silo does it.</summary>
    /// <returns>Up to when all minutes are summed up; null where there was nothing to do.</returns>
    /// <exception cref="NpgsqlException">Nothing has changed, or the minute is done: the next call finds out.</exception>
    public async Task<DateTime?> SumUpAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await using var due = Command(Due, connection);
        due.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = delay });
        if (await due.ExecuteScalarAsync(cancellationToken) is not DateTime minute)
        {
            return null;
        }

        await using var sum = Command(Sum, connection);
        sum.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = minute });
        var until = (DateTime?)await sum.ExecuteScalarAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return until;
    }

    private NpgsqlCommand Command(string sql, NpgsqlConnection connection) =>
        new(sql, connection) { CommandTimeout = (int)Math.Ceiling(limit.TotalSeconds) };
}
