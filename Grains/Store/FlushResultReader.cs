using Npgsql;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Laws;

namespace Votes.Grains.Store;

/// <summary>Reads what <c>count_votes</c> returns (db/0020_counting.sql), and gives each vote its outcome.</summary>
internal static class FlushResultReader
{
    // The columns of the function's result.
    private const int Kind = 0;
    private const int Place = 1;
    private const int LawId = 2;
    private const int Choice = 3;
    private const int Voter = 4;
    private const int VoteId = 5;
    private const int Added = 6;
    private const int Total = 7;
    private const int Version = 8;
    private const int At = 9;

    /// <summary>Reads the result to its end: only then has the implicit transaction committed.</summary>
    public static async Task<FlushResult> ReadAsync(
        NpgsqlDataReader reader, FlushRows rows, CancellationToken cancellationToken)
    {
        var outcomes = new VoteOutcome[rows.Count];
        var totals = new List<MovedTotal>();
        var counted = 0L;
        HashSet<string>? closed = null;
        HashSet<(string LawId, Guid Voter, Guid VoteId)>? filed = null;
        DateTimeOffset? at = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            switch (reader.GetString(Kind))
            {
                case "at":
                    at = new DateTimeOffset(Micros.ToUtc(reader.GetInt64(At)));
                    break;
                case "moved":
                    var total = new ChoiceTotal(reader.GetString(Choice), reader.GetInt64(Total), reader.GetInt64(Version));
                    totals.Add(new MovedTotal(reader.GetString(LawId), reader.GetInt64(Added), total));
                    counted += reader.GetInt64(Added);
                    break;
                case "closed":
                    (closed ??= new HashSet<string>(StringComparer.Ordinal)).Add(reader.GetString(LawId));
                    break;
                case "known":
                    outcomes[reader.GetInt64(Place) - 1] = VoteOutcome.Redelivered;
                    counted++;
                    break;
                case "filed":
                    (filed ??= []).Add((reader.GetString(LawId), reader.GetGuid(Voter), reader.GetGuid(VoteId)));
                    break;
                case var kind:
                    throw new InvalidOperationException($"count_votes returned a row of kind '{kind}'.");
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
