using System.Data;
using Npgsql;
using Votes.LoadTest.Planning;

namespace Votes.LoadTest.Verifying;

/// <summary>
/// Reads a run's rows and all totals in one snapshot of the database, and gives them to the comparison.
/// </summary>
internal sealed class RunSnapshot(Database database, MessagePlan plan, IProgress<LoadProgress> progress)
{
    private const int RowsPerReport = 50_000;

    /// <summary>Reads everything, row by row; returns the figures that the database computes itself.</summary>
    public async Task<RunFigures> ReadAsync(
        Comparison comparison, DifferenceLog differences, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        // All of it must show one moment: totals move on while rows are read.
        await using var snapshot = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        await ReadAuditAsync(connection, comparison, cancellationToken);
        await ReadDuplicatesAsync(connection, comparison, cancellationToken);
        await CompareTotalsAsync(connection, differences, cancellationToken);
        var totals = await ReadTotalsAsync(connection, cancellationToken);
        var figures = await ReadFiguresAsync(connection, totals, cancellationToken);
        await snapshot.RollbackAsync(cancellationToken);
        return figures;
    }

    private async Task ReadAuditAsync(
        NpgsqlConnection connection, Comparison comparison, CancellationToken cancellationToken)
    {
        await using var command = OfRun(connection, """
            select law_id, vote_id, choice from vote_audit where vote_id between $1 and $2
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            comparison.AddCounted(rows.GetString(0), rows.GetGuid(1), rows.GetString(2));
            if (comparison.Counted % RowsPerReport == 0)
                progress.Report(new(LoadPhase.Compare, comparison.Counted, plan.Ballots, "rows of vote_audit"));
        }

        progress.Report(new(LoadPhase.Compare, comparison.Counted, plan.Ballots, ""));
    }

    private async Task ReadDuplicatesAsync(
        NpgsqlConnection connection, Comparison comparison, CancellationToken cancellationToken)
    {
        await using var command = OfRun(connection, """
            select law_id, vote_id, choice, counted_vote_id from duplicate_attempts where vote_id between $1 and $2
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            comparison.AddDuplicate(rows.GetString(0), rows.GetGuid(1), rows.GetString(2), rows.GetGuid(3));
    }

    private static async Task CompareTotalsAsync(
        NpgsqlConnection connection, DifferenceLog differences, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select law_id, choice, total, audit_rows from vote_ledger where difference <> 0 order by law_id, choice
            """;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (law, choice, total, votes) =
                (rows.GetString(0), rows.GetString(1), rows.GetInt64(2), rows.GetInt64(3));
            differences.Add(DifferenceKind.TotalDiffers, () =>
                $"{law} {choice}: vote_results says {total}, vote_audit has {votes} rows");
        }
    }

    private async Task<Dictionary<string, long>> ReadTotalsAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select law_id, sum(total)::bigint from vote_results where law_id = any ($1) group by law_id
            """;
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. plan.Laws] });
        var totals = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            totals.Add(rows.GetString(0), rows.GetInt64(1));
        return totals;
    }

    private async Task<RunFigures> ReadFiguresAsync(
        NpgsqlConnection connection, Dictionary<string, long> totals, CancellationToken cancellationToken)
    {
        // counted_at is now(), the start of the transaction. Where the server keeps the times of commits, they tell
        // when a vote became durable; a commit before the setting was on has none.
        await using var setting = connection.CreateCommand();
        setting.CommandText = "select current_setting('track_commit_timestamp')::boolean";
        var commitTimes = (bool)(await setting.ExecuteScalarAsync(cancellationToken))!;
        var durableAt = commitTimes ? "coalesce(pg_xact_commit_timestamp(xmin), counted_at)" : "counted_at";
        await using var command = OfRun(connection, $"""
            select count(distinct voter), min(counted_at), max(counted_at),
                   percentile_disc(0.50) within group (order by {durableAt} - cast_at),
                   percentile_disc(0.95) within group (order by {durableAt} - cast_at),
                   percentile_disc(0.99) within group (order by {durableAt} - cast_at)
              from vote_audit
             where vote_id between $1 and $2
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        if (await rows.IsDBNullAsync(1, cancellationToken))
            return new(0, TimeSpan.Zero, null, totals);

        var latency = new Latency(
            rows.GetTimeSpan(3), rows.GetTimeSpan(4), rows.GetTimeSpan(5),
            commitTimes ? "to the commit's own time" : "to counted_at, the start of the transaction");
        return new(rows.GetInt64(0), rows.GetDateTime(2) - rows.GetDateTime(1), latency, totals);
    }

    private NpgsqlCommand OfRun(NpgsqlConnection connection, string sql)
    {
        var (lowest, highest) = VoteIds.RangeOf(plan.RunId);
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = lowest });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = highest });
        return command;
    }
}
