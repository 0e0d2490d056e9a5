using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Votes.Silo.Reconcile;

/// <summary>
/// One check: recounts a slice of the laws, and all laws that were wrong before. Its cost is bounded by a number of votes
/// and a time limit, and it uses one database connection and one core. No lock: flushes are not held up.
/// </summary>
/// <param name="dataSource">Connects as the application's role.</param>
/// <param name="options">The bounds.</param>
public sealed class LedgerCheck(NpgsqlDataSource dataSource, ReconcileOptions options)
{
    // The claim is a transaction of its own: a silo that dies in its check has had the turn of this interval, and so a
    // check that is too much for the database is not tried by one silo after the other.
    private const string Claim = """
        update reconcile_state set claimed_at = now() where claimed_at <= now() - $1 returning next_law
        """;

    // The law with which the slice has its votes; none where it reaches the last law. Stops reading there.
    private const string SliceEnd = """
        select law_id
          from (select law_id, sum(sum(total)) over (order by law_id) as votes
                  from vote_results where law_id > $1 group by law_id) as laws
         where votes >= $2
         order by law_id
         limit 1
        """;

    // A slice is a range of ids, not a list: it also has the laws whose totals are gone. A statement is one snapshot,
    // and in a snapshot a total is exact however many votes are being counted.
    private const string RecountTo = """
        select law_id, choice, total, audit_rows from vote_ledger where law_id > $1 and law_id <= $2
        """;

    private const string RecountToTheEnd = """
        select law_id, choice, total, audit_rows from vote_ledger where law_id > $1
        """;

    // Those outside of the slice: the server compares, since ids are ordered by their UTF-8 bytes there.
    private const string RecountOutside = """
        select law_id, choice, total, audit_rows from vote_ledger
         where law_id = any($1) and (law_id <= $2 or law_id > $3)
        """;

    private const string Known = "select law_id, choice, total, audit_rows from reconcile_differences";

    private const string Forget = """
        delete from reconcile_differences
         where not exists (select from unnest($1::text[], $2::text[]) as wrong(law_id, choice)
                            where (wrong.law_id, wrong.choice) = (reconcile_differences.law_id, reconcile_differences.choice))
        """;

    private const string Note = """
        insert into reconcile_differences (law_id, choice, total, audit_rows)
        select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
        on conflict on constraint reconcile_differences_pk do update
          set total = excluded.total, audit_rows = excluded.audit_rows
        """;

    private const string Finish = """
        update reconcile_state
           set next_law = $1, checked_at = now(), audit_rows = $2, duration_ms = $3,
               swept_at = case when $1 = '' then now() else swept_at end
        """;

    private const string Read = """
        select s.checked_at, s.swept_at, s.duration_ms,
               coalesce(sum(abs(d.total - d.audit_rows)), 0)::bigint, count(distinct d.law_id)
          from reconcile_state s left join reconcile_differences d on true
         group by s.only_row
        """;

    private static readonly TimeSpan ShortLimit = TimeSpan.FromSeconds(15);

    /// <summary>Takes the turn of this interval where nobody has.</summary>
    /// <returns>Where the slice begins; null: it is not due, or another silo's.</returns>
    /// <exception cref="NpgsqlException">The database is not there.</exception>
    public async Task<string?> TryClaimAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, Claim, ShortLimit, Value(options.Interval, NpgsqlDbType.Interval));
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>What is on record of all silos' checks.</summary>
    /// <exception cref="NpgsqlException">The database is not there.</exception>
    public async Task<CheckRecord> ReadRecordAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, Read, ShortLimit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(
            await reader.GetFieldValueAsync<DateTimeOffset?>(0, cancellationToken),
            await reader.GetFieldValueAsync<DateTimeOffset?>(1, cancellationToken),
            TimeSpan.FromMilliseconds(reader.GetDouble(2)),
            reader.GetInt64(3),
            reader.GetInt64(4));
    }

    /// <summary>Recounts the slice that begins after a law, and records what it finds.</summary>
    /// <param name="after">What <see cref="TryClaimAsync"/> returned.</param>
    /// <param name="time">Measures how long it takes.</param>
    /// <param name="cancellationToken">Ends it; nothing is recorded then.</param>
    /// <exception cref="NpgsqlException">It took too long, or the database went away; nothing is recorded.</exception>
    public async Task<CheckResult> RunAsync(string after, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var bounds = Command(connection, Bounds(), ShortLimit))
        {
            await bounds.ExecuteNonQueryAsync(cancellationToken);
        }

        var (wrong, auditRows) = (new List<WrongTotal>(), 0L);
        await using var findEnd = Command(
            connection, SliceEnd, options.StatementTimeout, Value(after, NpgsqlDbType.Text),
            Value((decimal)options.VotesPerCheck, NpgsqlDbType.Numeric));
        var end = (string?)await findEnd.ExecuteScalarAsync(cancellationToken);
        auditRows += end is null
            ? await RecountAsync(connection, RecountToTheEnd, wrong, cancellationToken, Value(after, NpgsqlDbType.Text))
            : await RecountAsync(
                connection, RecountTo, wrong, cancellationToken,
                Value(after, NpgsqlDbType.Text), Value(end, NpgsqlDbType.Text));

        var before = new List<WrongTotal>();
        await RecountAsync(connection, Known, before, cancellationToken);
        string[] known = [.. before.Select(static row => row.LawId).Distinct(StringComparer.Ordinal)];
        if (known.Length > 0)
        {
            auditRows += await RecountAsync(
                connection, RecountOutside, wrong, cancellationToken, Value(known, NpgsqlDbType.Array | NpgsqlDbType.Text),
                Value(after, NpgsqlDbType.Text), Value(end, NpgsqlDbType.Text));
        }

        await RecordAsync(connection, wrong, end ?? "", auditRows, time.GetElapsedTime(started), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return CheckResult.Compare(auditRows, before, wrong);
    }

    private static async Task RecordAsync(
        NpgsqlConnection connection, List<WrongTotal> wrong, string nextLaw, long auditRows, TimeSpan duration,
        CancellationToken cancellationToken)
    {
        string[] laws = [.. wrong.Select(static row => row.LawId)];
        string[] choices = [.. wrong.Select(static row => row.Choice)];
        await using var forget = Command(
            connection, Forget, ShortLimit, Value(laws, NpgsqlDbType.Array | NpgsqlDbType.Text),
            Value(choices, NpgsqlDbType.Array | NpgsqlDbType.Text));
        await forget.ExecuteNonQueryAsync(cancellationToken);
        await using var note = Command(
            connection, Note, ShortLimit, Value(laws, NpgsqlDbType.Array | NpgsqlDbType.Text),
            Value(choices, NpgsqlDbType.Array | NpgsqlDbType.Text),
            Value(wrong.Select(static row => row.Total).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint),
            Value(wrong.Select(static row => row.AuditRows).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint));
        await note.ExecuteNonQueryAsync(cancellationToken);
        await using var finish = Command(
            connection, Finish, ShortLimit, Value(nextLaw, NpgsqlDbType.Text), Value(auditRows, NpgsqlDbType.Bigint),
            Value(duration.TotalMilliseconds, NpgsqlDbType.Double));
        await finish.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds the rows that differ to <paramref name="wrong"/>.</summary>
    /// <returns>How many votes were recounted.</returns>
    private async Task<long> RecountAsync(
        NpgsqlConnection connection, string sql, List<WrongTotal> wrong, CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        var auditRows = 0L;
        await using var command = Command(connection, sql, options.StatementTimeout, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new WrongTotal(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3));
            auditRows += row.AuditRows;
            if (row.Difference != 0)
            {
                wrong.Add(row);
            }
        }

        return auditRows;
    }

    // One core, the flush's or another; and a compiled query pays only where it is run more than once an interval.
    private string Bounds() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        set local statement_timeout = {(long)options.StatementTimeout.TotalMilliseconds};
        set local max_parallel_workers_per_gather = 0;
        set local jit = off
        """);

    // The server's limit ends the statement; the client's is for a server that does not answer at all.
    private static NpgsqlCommand Command(
        NpgsqlConnection connection, string sql, TimeSpan limit, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)limit.TotalSeconds + 5 };
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter Value(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
