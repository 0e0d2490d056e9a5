using Npgsql;
using NpgsqlTypes;

namespace Votes.Silo.Reconcile;

/// <summary>
/// The record of totals that are wrong. Checks may overlap: one writes only over what it has read before it looked, so that
/// a newer look's finding outlives an older one's, whichever is written last.
/// </summary>
internal static class DifferenceRecord
{
    // A row's mark changes with each write of it, even where the figures stay as they were.
    private const string Read = "select law_id, choice, total, audit_rows, xmin::text from reconcile_differences";

    private const string Forget = """
        delete from reconcile_differences d
         using unnest($1::text[], $2::text[], $3::text[]) as seen (law_id, choice, mark)
         where (d.law_id, d.choice, d.xmin::text) = (seen.law_id, seen.choice, seen.mark)
        """;

    private const string Note = """
        insert into reconcile_differences as d (law_id, choice, total, audit_rows)
        select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as wrong (law_id, choice, total, audit_rows)
         order by law_id, choice
        on conflict on constraint reconcile_differences_pk do update
          set total = excluded.total, audit_rows = excluded.audit_rows
          where exists (select from unnest($5::text[], $6::text[], $7::text[]) as seen (law_id, choice, mark)
                         where (d.law_id, d.choice, d.xmin::text) = (seen.law_id, seen.choice, seen.mark))
        """;

    // Another check that has had the same slice meanwhile, and gone on, is not put back.
    private const string Finish = """
        update reconcile_state
           set next_law = case when next_law = $1 then $2 else next_law end,
               checked_at = case when $5 then now() else checked_at end, audit_rows = $3, duration_ms = $4,
               swept_at = case when next_law = $1 and $2 = '' then now() else swept_at end
        """;

    /// <summary>What is known to differ.</summary>
    public static async Task<IReadOnlyList<KnownDifference>> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Read, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new List<KnownDifference>();
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(new(
                new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)), reader.GetString(4)));
        }

        return known;
    }

    /// <summary>Records a check in one transaction.</summary>
    /// <param name="connection">A connection without a transaction.</param>
    /// <param name="seen">What was known before the look, of the laws that it looked at.</param>
    /// <param name="wrong">What it found.</param>
    /// <param name="check">
    /// Where its slice began and ends, whether it could look at anything, its audit rows, and how long it took.
    /// </param>
    /// <param name="cancellationToken">Ends it; nothing is recorded then.</param>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<KnownDifference> seen,
        IReadOnlyCollection<WrongTotal> wrong,
        (string After, string Next, bool HasLooked, long AuditRows, TimeSpan Duration) check,
        CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var stillWrong = wrong.Select(static row => (row.LawId, row.Choice)).ToHashSet();
        await ExecuteAsync(
            connection, Forget, Marks([.. seen.Where(row => !stillWrong.Contains((row.Total.LawId, row.Total.Choice)))]),
            cancellationToken);
        await ExecuteAsync(connection, Note, [.. Figures(wrong), .. Marks(seen)], cancellationToken);
        await ExecuteAsync(
            connection,
            Finish,
            [
                Value(check.After, NpgsqlDbType.Text), Value(check.Next, NpgsqlDbType.Text),
                Value(check.AuditRows, NpgsqlDbType.Bigint), Value(check.Duration.TotalMilliseconds, NpgsqlDbType.Double),
                Value(check.HasLooked, NpgsqlDbType.Boolean),
            ],
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static NpgsqlParameter[] Marks(IReadOnlyCollection<KnownDifference> rows) =>
    [
        Texts(rows.Select(static row => row.Total.LawId)),
        Texts(rows.Select(static row => row.Total.Choice)),
        Texts(rows.Select(static row => row.Mark)),
    ];

    private static NpgsqlParameter[] Figures(IReadOnlyCollection<WrongTotal> rows) =>
    [
        Texts(rows.Select(static row => row.LawId)),
        Texts(rows.Select(static row => row.Choice)),
        Value(rows.Select(static row => row.Total).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint),
        Value(rows.Select(static row => row.AuditRows).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint),
    ];

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Texts(IEnumerable<string> values) =>
        Value(values.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);

    private static NpgsqlParameter Value(object value, NpgsqlDbType type) => new() { Value = value, NpgsqlDbType = type };
}
