using Npgsql;

namespace Votes.Silo.Api;

/// <summary>A law's totals over time, from the audit and the minutes that are summed up.</summary>
public sealed class HistoryReader(ApiReads database)
{
    private const string Range = "SELECT since, until FROM minutes_range";

    /// <summary>The votes since the begin, each with its time ($1 law, $2 begin).</summary>
    private const string FromAudit =
        "SELECT counted_at AS at, choice, 1::bigint AS votes FROM vote_audit WHERE law_id = $1 AND counted_at >= $2";

    /// <summary>The same by the minute where minutes are summed up: from $5 to before $6.</summary>
    private const string FromMinutes = """
        SELECT minute AS at, choice, votes FROM vote_minutes WHERE law_id = $1 AND minute >= $2 AND minute < $6
        UNION ALL
        SELECT counted_at, choice, 1 FROM vote_audit WHERE law_id = $1 AND counted_at >= greatest($2, $6)
        UNION ALL
        SELECT counted_at, choice, 1 FROM vote_audit WHERE law_id = $1 AND counted_at >= $2 AND counted_at < $5 AND $2 < $5
        """;

    /// <summary>
    /// Votes per step and choice since the begin ($3 end, $4 step), those after the end in a row without a step; and of each
    /// choice what it had before. That is today's total less what came since, so that a chart of the last hour reads an hour
    /// and not all of it. One statement, one snapshot: the figures add up. A choice that has votes and no total, which only an
    /// edit by hand brings about, had none before.
    /// </summary>
    private const string Sql = """
        WITH since AS MATERIALIZED (
          SELECT CASE WHEN at < $3 THEN floor(extract(epoch FROM at - $2) / $4)::int END AS step, choice,
                 sum(votes)::bigint AS votes
            FROM ({0}) AS counted
           GROUP BY 1, 2)
        SELECT c.choice, -1 AS step,
               coalesce(r.total, 0) - coalesce((SELECT sum(votes) FROM since s WHERE s.choice = c.choice), 0)::bigint AS votes
          FROM (SELECT choice FROM vote_results WHERE law_id = $1 UNION SELECT choice FROM since) c
          LEFT JOIN vote_results r ON r.law_id = $1 AND r.choice = c.choice
        UNION ALL
        SELECT choice, step, votes FROM since WHERE step IS NOT NULL
         ORDER BY 2, 1
        """;

    private static readonly string AuditSql = Sql.Replace("{0}", FromAudit, StringComparison.Ordinal);
    private static readonly string MinutesSql = Sql.Replace("{0}", FromMinutes, StringComparison.Ordinal);

    /// <summary>The history; every step has a point, whether or not anybody voted.</summary>
    public async Task<HistoryView> ReadAsync(string lawId, HistoryQuery query, CancellationToken cancellationToken)
    {
        var (summedFrom, summedUntil) = await ReadRangeAsync(cancellationToken);
        if (query.IsOfMinutes(summedUntil))
        {
            // Minutes that are summed up meanwhile are read from the audit, and no vote twice.
            var summed = await ReadAsync(
                lawId,
                query,
                MinutesSql,
                [new NpgsqlParameter { Value = summedFrom }, new NpgsqlParameter { Value = summedUntil }],
                cancellationToken);
            if (summed.Before.All(static votes => votes >= 0))
            {
                return summed;
            }

            // More votes in the minutes than in the total: somebody took votes out after their minute was summed up. The
            // audit is the record, and the minutes are not.
        }

        return await ReadAsync(lawId, query, AuditSql, [], cancellationToken);
    }

    private async Task<HistoryView> ReadAsync(
        string lawId, HistoryQuery query, string sql, NpgsqlParameter[] range, CancellationToken cancellationToken)
    {
        var choices = new List<string>();
        var before = new List<long>();
        var votes = new Dictionary<int, long[]>();
        await using var command = database.Command(
            sql,
            [
                new NpgsqlParameter { Value = lawId },
                new NpgsqlParameter { Value = query.From },
                new NpgsqlParameter { Value = query.To },
                new NpgsqlParameter { Value = query.Step.TotalSeconds },
                .. range,
            ]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (choice, step, count) = (reader.GetString(0), reader.GetInt32(1), reader.GetInt64(2));
            if (step < 0)
            {
                // Of the audit never less than none, whatever the total says.
                choices.Add(choice);
                before.Add(range.Length == 0 ? Math.Max(count, 0) : count);
                continue;
            }

            // The choices come first, each that has votes among them.
            votes.TryAdd(step, new long[choices.Count]);
            votes[step][choices.IndexOf(choice)] = count;
        }

        return new HistoryView(
            lawId, query.From, query.To, (long)query.Step.TotalSeconds, choices, before, Points(query, before, votes));
    }

    private async Task<(DateTimeOffset Since, DateTimeOffset Until)> ReadRangeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Command(Range);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (
            await reader.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken),
            await reader.GetFieldValueAsync<DateTimeOffset>(1, cancellationToken));
    }

    private static List<HistoryPoint> Points(HistoryQuery query, List<long> before, Dictionary<int, long[]> votes)
    {
        var points = new List<HistoryPoint>(query.Points);
        var totals = before.ToArray();
        for (var step = 0; step < query.Points; step++)
        {
            var counted = votes.GetValueOrDefault(step);
            totals = counted is null ? totals : [.. totals.Zip(counted, static (total, more) => total + more)];
            var end = query.From + ((step + 1) * query.Step);
            points.Add(new HistoryPoint(end < query.To ? end : query.To, counted?.Sum() ?? 0, totals));
        }

        return points;
    }
}
