using Npgsql;
using NpgsqlTypes;

namespace Votes.Silo.Reconcile;

/// <summary>
/// The looking of one check: each statement is a snapshot of its own, in which a total is exact however many votes are being
/// counted, and has a time limit. What takes longer is split; a law that does so alone is skipped, and the others go on.
/// </summary>
/// <param name="connection">Its own, without a transaction.</param>
/// <param name="statementTimeout">How long a statement may take.</param>
/// <param name="pace">Told of each statement, and asked whether to go on.</param>
internal sealed class Recount(NpgsqlConnection connection, TimeSpan statementTimeout, Pace pace)
{
    // So many statements of a slice, and of what is known to differ, may take too long: they bound what a check costs.
    private const int MaxTimeouts = 2;

    // The law with which the slice has its votes; none where it reaches the last law. Stops reading there.
    private const string SliceEnd = """
        select law_id
          from (select law_id, sum(sum(total)) over (order by law_id) as votes
                  from vote_results where law_id > $1 group by law_id) as laws
         where votes >= $2
         order by law_id
         limit 1
        """;

    // Where a slice is cut in two: the law with which about half of its votes are reached, at least the first one.
    private const string Cut = """
        with laws as (
          select law_id, sum(sum(total)) over (order by law_id) as votes, sum(sum(total)) over () as all_votes
            from vote_results where law_id > $1 and ($2::text is null or law_id <= $2) group by law_id)
        select coalesce(max(law_id) filter (where votes <= all_votes / 2), min(law_id)), count(*),
               coalesce((max(all_votes) / 2)::bigint, 0)
          from laws
        """;

    // A slice is a range of ids, not a list: it also has the laws whose totals are gone.
    private const string RecountSlice = """
        select law_id, choice, total, audit_rows from vote_ledger where law_id > $1 and law_id <= $2
        """;

    private const string RecountToTheEnd = """
        select law_id, choice, total, audit_rows from vote_ledger where law_id > $1
        """;

    private const string RecountLaws = """
        select law_id, choice, total, audit_rows from vote_ledger where law_id = any($1)
        """;

    // The server compares, since ids are ordered by their UTF-8 bytes there.
    private const string OutOfSlice = """
        select law_id from unnest($1::text[]) as known (law_id)
         where law_id collate "C" <= $2 or law_id collate "C" > $3
        """;

    private readonly List<WrongTotal> _wrong = [];
    private readonly List<string> _skipped = [];
    private readonly HashSet<string> _notLookedAt = new(StringComparer.Ordinal);
    private long _votes;
    private int _timeouts;

    /// <summary>Totals that are wrong.</summary>
    public IReadOnlyList<WrongTotal> Wrong => _wrong;

    /// <summary>Laws that cannot be recounted within the limit, each by itself.</summary>
    public IReadOnlyList<string> Skipped => _skipped;

    /// <summary>Whether any statement was answered in time.</summary>
    public bool HasLooked { get; private set; }

    /// <summary>How many votes were recounted.</summary>
    public long AuditRows { get; private set; }

    /// <summary>Whether a law that was asked for was looked at.</summary>
    public bool Saw(string lawId) => !_notLookedAt.Contains(lawId);

    /// <summary>
    /// Recounts the laws after one, slice by slice, until their totals have so many votes or the check's time is over.
    /// </summary>
    /// <param name="after">Where the first slice begins.</param>
    /// <param name="votes">How many votes.</param>
    /// <param name="slice">How many votes a slice has; what may be tried next time is left in it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The last law that was reached; null: the end was.</returns>
    /// <exception cref="PostgresException">The first slice took too long although it was split.</exception>
    public async Task<string?> SlicesAsync(
        string after, long votes, SliceSize slice, CancellationToken cancellationToken)
    {
        string? reached = after;
        do
        {
            try
            {
                reached = await SliceAsync(reached, Math.Min(slice.Votes, votes - _votes), slice, cancellationToken);
            }
            catch (PostgresException exception) when (IsTimeout(exception) && reached != after)
            {
                // What was reached is recorded; the next check begins with what took too long.
                return reached;
            }
        }
        while (reached is not null && _votes < votes && await pace.GoesOnAsync(cancellationToken));
        return reached;
    }

    /// <summary>
    /// Recounts what was found to differ once more, where the check has paused since: somebody may have set it right, and is
    /// not to be told that it is wrong.
    /// </summary>
    public async Task WrongOnesAgainAsync(CancellationToken cancellationToken)
    {
        if (!pace.HasPaused || _wrong.Count == 0)
        {
            return;
        }

        var found = _wrong.ToArray();
        _wrong.Clear();
        _timeouts = 0;
        await LawsAsync([.. found.Select(static row => row.LawId).Distinct(StringComparer.Ordinal)], cancellationToken);
        _wrong.AddRange(found.Where(row => !Saw(row.LawId)));
    }

    private async Task<string?> SliceAsync(
        string after, long votes, SliceSize slice, CancellationToken cancellationToken)
    {
        string? end;
        await using (var find = Command(
            SliceEnd, Value(after, NpgsqlDbType.Text), Value((decimal)votes, NpgsqlDbType.Numeric)))
        {
            end = (string?)await find.ExecuteScalarAsync(cancellationToken);
        }

        for (_timeouts = 0; ;)
        {
            try
            {
                var look = await LookAsync(RangeCommand(after, end), cancellationToken);
                slice.Ended(look.Votes, look.Took, _timeouts > 0);
                _votes += look.Votes;
                AuditRows += look.AuditRows;
                return end;
            }
            catch (PostgresException exception) when (IsTimeout(exception))
            {
                var (cut, laws, half) = await CutAsync(after, end, cancellationToken);
                slice.Shrink(half);
                if (laws == 1)
                {
                    Skip(cut!);
                    return cut;
                }

                if (++_timeouts == MaxTimeouts || laws == 0)
                {
                    throw;
                }

                end = cut;
            }
        }
    }

    /// <summary>Recounts those of some laws that are outside of a slice.</summary>
    public async Task OutsideAsync(
        IReadOnlyCollection<string> laws, string after, string? end, CancellationToken cancellationToken)
    {
        if (laws.Count == 0)
        {
            return;
        }

        var outside = new List<string>();
        await using (var command = Command(
            OutOfSlice, Value(laws.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text), Value(after, NpgsqlDbType.Text),
            Value(end, NpgsqlDbType.Text)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                outside.Add(reader.GetString(0));
            }
        }

        // In another order each time: where some take too long, it is not always the same others that are not reached.
        var shuffled = outside.ToArray();
        Random.Shared.Shuffle(shuffled);
        _timeouts = 0;
        AuditRows += await LawsAsync(shuffled, cancellationToken);
    }

    /// <summary>Recounts these laws, in halves where they take too long.</summary>
    /// <returns>How many rows of the audit they have.</returns>
    private async Task<long> LawsAsync(string[] laws, CancellationToken cancellationToken)
    {
        if (laws.Length == 0)
        {
            return 0;
        }

        if (_timeouts == MaxTimeouts)
        {
            _notLookedAt.UnionWith(laws);
            return 0;
        }

        try
        {
            var command = Command(RecountLaws, Value(laws, NpgsqlDbType.Array | NpgsqlDbType.Text));
            return (await LookAsync(command, cancellationToken)).AuditRows;
        }
        catch (PostgresException exception) when (IsTimeout(exception))
        {
            _timeouts++;
            if (laws.Length == 1)
            {
                Skip(laws[0]);
                return 0;
            }

            return await LawsAsync(laws[..(laws.Length / 2)], cancellationToken)
                + await LawsAsync(laws[(laws.Length / 2)..], cancellationToken);
        }
    }

    private void Skip(string lawId)
    {
        _skipped.Add(lawId);
        _notLookedAt.Add(lawId);
    }

    private async Task<(string? Law, long Laws, long Votes)> CutAsync(
        string after, string? end, CancellationToken cancellationToken)
    {
        await using var command = Command(Cut, Value(after, NpgsqlDbType.Text), Value(end, NpgsqlDbType.Text));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var law = await reader.IsDBNullAsync(0, cancellationToken) ? null : reader.GetString(0);
        return (law, reader.GetInt64(1), reader.GetInt64(2));
    }

    /// <summary>Adds the rows that differ to what is wrong; all of them, or none where it fails.</summary>
    /// <returns>How many votes the totals have, how many rows the audit has, and how long it took.</returns>
    private async Task<(long Votes, long AuditRows, TimeSpan Took)> LookAsync(
        NpgsqlCommand recount, CancellationToken cancellationToken)
    {
        var (wrong, votes, auditRows, took) = (new List<WrongTotal>(), 0L, 0L, TimeSpan.Zero);
        var began = pace.Begin();
        try
        {
            await using var command = recount;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = new WrongTotal(
                    reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3));
                votes += row.Total;
                auditRows += row.AuditRows;
                if (row.Difference != 0)
                {
                    wrong.Add(row);
                }
            }
        }
        finally
        {
            took = pace.End(began);
        }

        HasLooked = true;
        _wrong.AddRange(wrong);
        return (votes, auditRows, took);
    }

    private NpgsqlCommand RangeCommand(string after, string? end) => end is null
        ? Command(RecountToTheEnd, Value(after, NpgsqlDbType.Text))
        : Command(RecountSlice, Value(after, NpgsqlDbType.Text), Value(end, NpgsqlDbType.Text));

    private static bool IsTimeout(PostgresException exception) =>
        exception.SqlState == PostgresErrorCodes.QueryCanceled;

    // The server's limit ends the statement; the client's is for a server that does not answer at all.
    private NpgsqlCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)statementTimeout.TotalSeconds + 5 };
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter Value(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
