using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Votes.Silo.Reconcile;

/// <summary>
/// One check: recounts some of the laws, and all laws that were wrong before. It ends after a number of votes or after half
/// of the interval, and pauses behind each slice; it uses one database connection. No lock: flushes are not held up.
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

    private const string Read = """
        select s.checked_at, s.swept_at, s.duration_ms,
               coalesce(sum(abs(d.total - d.audit_rows)), 0)::bigint, count(distinct d.law_id),
               (select unreported from statistics_check), (select on_record from statistics_check)
          from reconcile_state s left join reconcile_differences d on true
         group by s.only_row
        """;

    private static readonly TimeSpan ShortLimit = TimeSpan.FromSeconds(15);

    private readonly SliceSize _slice = new(options.VotesPerCheck);

    /// <summary>Takes the turn of this interval where nobody has.</summary>
    /// <returns>Where the check begins; null: it is not due, or another silo's.</returns>
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
            reader.GetInt64(4),
            reader.GetInt64(5),
            reader.GetInt64(6));
    }

    /// <summary>Recounts the laws after one, and all laws known to differ, and records what it finds.</summary>
    /// <param name="after">What <see cref="TryClaimAsync"/> returned.</param>
    /// <param name="time">The clock of its pauses.</param>
    /// <param name="cancellationToken">Ends it; nothing is recorded then.</param>
    /// <exception cref="NpgsqlException">
    /// The first slice took too long even when it was split, or the database went away; nothing is recorded.
    /// </exception>
    public async Task<CheckResult> RunAsync(string after, TimeProvider time, CancellationToken cancellationToken)
    {
        var pace = new Pace(options.Share, options.Interval / 2, time);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var known = await DifferenceRecord.ReadAsync(connection, cancellationToken);
        await using (var bounds = Command(connection, Bounds(), ShortLimit))
        {
            await bounds.ExecuteNonQueryAsync(cancellationToken);
        }

        await ReportedVotes.CompareAsync(connection, ReportedVotes.ReportDelay, cancellationToken);
        var recount = new Recount(connection, options.StatementTimeout, pace);
        var end = await recount.SlicesAsync(after, options.VotesPerCheck, _slice, cancellationToken);
        await recount.WrongOnesAgainAsync(cancellationToken);
        var knownLaws = known.Select(static row => row.Total.LawId).Distinct(StringComparer.Ordinal);
        await recount.OutsideAsync([.. knownLaws], after, end, cancellationToken);

        KnownDifference[] seen = [.. known.Where(row => recount.Saw(row.Total.LawId))];
        var check = (after, end ?? "", recount.HasLooked, recount.AuditRows, pace.Worked);
        await DifferenceRecord.WriteAsync(connection, seen, recount.Wrong, check, cancellationToken);
        return CheckResult.Compare(
            recount.AuditRows, [.. seen.Select(static row => row.Total)], recount.Wrong, recount.Skipped);
    }

    // For the session; the pool sets it back. Who waits for a lock has not got too many votes to count. One core, the
    // flush's or another; and a compiled query pays only where it is run more than once an interval.
    private string Bounds() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        set statement_timeout = {(long)options.StatementTimeout.TotalMilliseconds};
        set lock_timeout = {(long)options.StatementTimeout.TotalMilliseconds / 2};
        set max_parallel_workers_per_gather = 0;
        set jit = off
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
