using Npgsql;

namespace Votes.Silo.Api;

/// <summary>A law's totals over time, from the audit.</summary>
public sealed class HistoryReader(ApiDatabase database)
{
    /// <summary>
    /// Votes per step and choice since the begin ($1 law, $2 begin, $3 end, $4 step), those after the end in a row without
    /// a step; and of each choice what it had before. That is today's total less what came since, so that a chart of the
    /// last hour reads an hour of the audit and not all of it. One statement, one snapshot: the figures add up.
    /// </summary>
    private const string Sql = """
        WITH since AS MATERIALIZED (
          SELECT CASE WHEN counted_at < $3 THEN floor(extract(epoch FROM counted_at - $2) / $4)::int END AS step,
                 choice, count(*) AS votes
            FROM vote_audit
           WHERE law_id = $1 AND counted_at >= $2
           GROUP BY 1, 2)
        SELECT r.choice, -1 AS step,
               r.total - coalesce((SELECT sum(votes) FROM since s WHERE s.choice = r.choice), 0)::bigint AS votes
          FROM vote_results r WHERE r.law_id = $1
        UNION ALL
        SELECT choice, step, votes FROM since WHERE step IS NOT NULL
         ORDER BY 2, 1
        """;

    /// <summary>The history; every step has a point, whether or not anybody voted.</summary>
    public async Task<HistoryView> ReadAsync(string lawId, HistoryQuery query, CancellationToken cancellationToken)
    {
        var choices = new List<string>();
        var before = new List<long>();
        var votes = new Dictionary<int, long[]>();
        await using var command = database.Command(
            Sql,
            new NpgsqlParameter { Value = lawId },
            new NpgsqlParameter { Value = query.From },
            new NpgsqlParameter { Value = query.To },
            new NpgsqlParameter { Value = query.Step.TotalSeconds });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (choice, step, count) = (reader.GetString(0), reader.GetInt32(1), reader.GetInt64(2));
            if (step < 0)
            {
                choices.Add(choice);
                before.Add(count);
                continue;
            }

            // A choice with audit rows has a total: both are written in one transaction.
            votes.TryAdd(step, new long[choices.Count]);
            votes[step][choices.IndexOf(choice)] = count;
        }

        return new HistoryView(
            lawId, query.From, query.To, (long)query.Step.TotalSeconds, choices, before, Points(query, before, votes));
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
