using Npgsql;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Laws;

namespace Votes.Grains.Store;

/// <summary>Reads what the statements of a flush return, and gives each row its outcome.</summary>
internal static class FlushResultReader
{
    /// <summary>Reads all results to their end: only then has the implicit transaction committed.</summary>
    public static async Task<FlushResult> ReadAsync(
        NpgsqlDataReader reader, FlushRows rows, CancellationToken cancellationToken)
    {
        var totals = new List<MovedTotal>();
        var counted = 0L;
        HashSet<string>? closed = null;
        DateTimeOffset? at = null;

        // Statement 0 returns that it holds the laws, and nothing else.
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (await reader.IsDBNullAsync(0, cancellationToken))
            {
                // What statement 1 left for statement 2, with its time, or wrote to the log.
                if (!await reader.IsDBNullAsync(2, cancellationToken))
                {
                    at = new DateTimeOffset(Micros.ToUtc(reader.GetInt64(2)));
                }

                continue;
            }

            if (await reader.IsDBNullAsync(1, cancellationToken))
            {
                (closed ??= new HashSet<string>(StringComparer.Ordinal)).Add(reader.GetString(0));
                continue;
            }

            var total = new ChoiceTotal(reader.GetString(1), reader.GetInt64(3), reader.GetInt64(4));
            totals.Add(new MovedTotal(reader.GetString(0), reader.GetInt64(2), total));
            counted += reader.GetInt64(2);
        }

        await reader.NextResultAsync(cancellationToken);
        var outcomes = new VoteOutcome[rows.Count];
        HashSet<(string LawId, Guid Voter, Guid VoteId)>? filed = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!await reader.IsDBNullAsync(0, cancellationToken))
            {
                outcomes[reader.GetInt64(0) - 1] = VoteOutcome.Redelivered;
                counted++;
            }
            else
            {
                (filed ??= []).Add((reader.GetString(1), reader.GetGuid(2), reader.GetGuid(3)));
            }
        }

        // The command is complete, and so the commit confirmed, only when everything up to the server's
        // ready-for-query has been read.
        await reader.CloseAsync();
        counted += OutcomeOf.MarkClosed(rows, outcomes, closed);
        OutcomeOf.Settle(rows, outcomes, filed, repeats: rows.Count - counted);
        return new FlushResult(outcomes, totals, at);
    }
}
