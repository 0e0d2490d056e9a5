using System.Globalization;
using Npgsql;

namespace Votes.Ops.Reconcile;

/// <summary>Recounts the audit against the totals, and sets totals right. Votes may be counted meanwhile.</summary>
/// <param name="dataSource">Connects as a role that may read; to repair, as one that may change vote_results.</param>
/// <param name="statementLimit">How long one statement may take.</param>
/// <param name="lockLimit">How long a repair waits for another one, and for a flush to let go of a total.</param>
public sealed class Ledger(NpgsqlDataSource dataSource, TimeSpan statementLimit, TimeSpan lockLimit)
{
    // One statement is one snapshot: every total in it is to be exact, however many votes are being counted.
    private const string RecountAll = """
        select law_id, choice, total, audit_rows from vote_ledger order by law_id, choice
        """;

    private const string RecountLaw = """
        select law_id, choice, total, audit_rows from vote_ledger where law_id = $1 order by choice
        """;

    // Of all laws together: an Ingest does not keep what it counted by law.
    private const string CountedByStatistics = "select counted, redelivered, accepted from statistics_ledger";

    // One repair at a time: the second would take the same difference off once more. The number is this purpose's own.
    private const string OneAtATime = "select pg_advisory_xact_lock(7305812250161)";

    // A flush moves a total and its audit rows together, so a difference between them stays the same however many flushes
    // commit around the snapshot that shows it: it is taken off the total as that stands when its row is locked, and flushes
    // wait for these rows and no longer. Each total of a law that differs is written, right ones too: whoever holds
    // totals in memory sees from the next one that moves that its version has gone on without him. A version is raised
    // over the number of votes, since it can have been no higher before a row was lost: each change adds a vote or more.
    private const string Repair = """
        with ledger as materialized (
          select law_id, choice, total, audit_rows, difference from vote_ledger where law_id = any($1)),
        wrong as (
          select distinct law_id from ledger where difference <> 0),
        locked as materialized (
          select law_id, choice from vote_results join wrong using (law_id) order by law_id, choice for update of vote_results),
        corrected as (
          update vote_results r
             set total = r.total - ledger.difference,
                 version = greatest(r.version, ledger.audit_rows) + 1,
                 updated_at = now()
            from ledger join locked using (law_id, choice)
           where r.law_id = ledger.law_id and r.choice = ledger.choice),
        added as (
          insert into vote_results as r (law_id, choice, total, version, updated_at)
          select law_id, choice, audit_rows, audit_rows + 1, now()
            from ledger join wrong using (law_id)
           where not exists (select from locked where locked.law_id = ledger.law_id and locked.choice = ledger.choice)
           order by law_id, choice
          on conflict on constraint vote_results_pk do update
            set total = r.total + excluded.total,
                version = greatest(r.version + 1, excluded.version),
                updated_at = excluded.updated_at)
        select law_id, choice, total, audit_rows from ledger where difference <> 0 order by law_id, choice
        """;

    /// <summary>Recounts all laws, or one.</summary>
    /// <exception cref="NpgsqlException">The server is not there, refuses, or took too long.</exception>
    public async Task<LedgerReading> ReadAsync(string? lawId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await SetLimitsAsync(connection, cancellationToken);

        // Ahead of the recount: a minute is written after its votes are durable, so that whatever is counted meanwhile can
        // only make the recount greater.
        var reported = lawId is null ? await ReadReportedAsync(connection, cancellationToken) : default;
        var (laws, total, auditRows, onRecord) = (0L, 0L, 0L, 0L);
        var differences = new List<LedgerRow>();
        string? lastLaw = null;
        await using var command = Command(connection, lawId is null ? RecountAll : RecountLaw);
        if (lawId is not null)
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = lawId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = Row(reader);
            laws += row.LawId == lastLaw ? 0 : 1;
            lastLaw = row.LawId;
            total += row.Total;
            auditRows += row.AuditRows;
            onRecord += Math.Max(row.Total, row.AuditRows);
            if (row.Difference != 0)
                differences.Add(row);
        }

        return new(
            laws, total, auditRows, differences, lawId is null ? new StatisticsReading(reported.Counted, onRecord, reported.Redelivered, reported.Accepted) : null);
    }

    /// <summary>Sets the totals of some laws to their votes, in one transaction; votes may be counted meanwhile.</summary>
    /// <returns>The totals as they were, where they were wrong.</returns>
    /// <exception cref="NpgsqlException">Nothing was changed.</exception>
    public async Task<IReadOnlyList<LedgerRow>> RepairAsync(
        IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await SetLimitsAsync(connection, cancellationToken);
        // A statement of its own: the snapshot of the next one must show what an earlier repair did.
        await using (var alone = Command(connection, OneAtATime))
            await alone.ExecuteNonQueryAsync(cancellationToken);
        var repaired = new List<LedgerRow>();
        await using (var command = Command(connection, Repair))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. lawIds] });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                repaired.Add(Row(reader));
        }

        foreach (var law in repaired.GroupBy(static row => row.LawId, StringComparer.Ordinal))
            await OperatorRecord.WriteAsync(connection, "reconcile-repair", law.Key, ("totals", law.Count()), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return repaired;
    }

    // The server's limits do the work; the client's own is for a server that does not answer at all.
    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(sql, connection) { CommandTimeout = (int)Math.Ceiling((statementLimit + lockLimit).TotalSeconds) + 5 };

    private async Task<(long Counted, long Redelivered, long Accepted)> ReadReportedAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, CountedByStatistics);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private async Task SetLimitsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            string.Create(
                CultureInfo.InvariantCulture,
                $"set local statement_timeout = {(long)statementLimit.TotalMilliseconds}; "
                + $"set local lock_timeout = {(long)lockLimit.TotalMilliseconds}"),
            connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static LedgerRow Row(NpgsqlDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3));
}
