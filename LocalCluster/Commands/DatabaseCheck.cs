using System.Data;
using Npgsql;

namespace Votes.LocalCluster.Commands;

/// <summary>What one snapshot of the database shows: every total against the audit rows it must equal.</summary>
public sealed record DatabaseCheck
{
    private const int StatementLimitSeconds = 600;

    private const string Sql =
        """
        select law_id, total, audit_rows, wrong_choices from law_ledger order by wrong_choices desc, total desc, law_id;
        """;

    /// <summary>Every law with a total or a vote: those with differences first, then the most voted.</summary>
    public required IReadOnlyList<LawCheck> Laws { get; init; }

    /// <summary>Rows of <c>duplicate_attempts</c>.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Sum of all totals.</summary>
    public long Total => Laws.Sum(law => law.Total);

    /// <summary>Number of audit rows.</summary>
    public long Audited => Laws.Sum(law => law.Audited);

    /// <summary>Number of (law, choice) whose total is not their number of audit rows.</summary>
    public long Differences => Laws.Sum(law => law.Differences);

    /// <summary>Reads the database in one snapshot.</summary>
    public static async Task<DatabaseCheck> RunAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        var laws = new List<LawCheck>();
        await using (var command = Statement(Sql, snapshot))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                laws.Add(new LawCheck(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
        }

        await using var duplicates = Statement("select count(*) from duplicate_attempts;", snapshot);
        return new DatabaseCheck
        {
            Laws = laws,
            Duplicates = (long)(await duplicates.ExecuteScalarAsync(cancellationToken))!,
        };
    }

    private static NpgsqlCommand Statement(string sql, NpgsqlTransaction snapshot) =>
        new(sql, snapshot.Connection, snapshot) { CommandTimeout = StatementLimitSeconds };
}
