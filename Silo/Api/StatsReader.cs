using Npgsql;
using NpgsqlTypes;
using Orleans.Runtime;
using Votes.Grains.Board;
using Votes.Silo.Operators;

namespace Votes.Silo.Api;

/// <summary>
/// Reads the cluster's statistics: sums from the database, silos from the membership, what happens at the moment from the
/// board, what is yet to come from the broker.
/// </summary>
public sealed class StatsReader(
    ApiReads database, IGrainFactory grains, ISiloStatusOracle membership, QueueReader queues)
{
    private const int BusiestLaws = 10;

    private const string Sums = """
        SELECT (SELECT count(*) FROM laws WHERE deleted_at IS NULL),
               (SELECT count(*) FROM laws WHERE status <> 'closed' AND deleted_at IS NULL),
               (SELECT coalesce(sum(total), 0)::bigint FROM vote_results),
               now()
        """;

    private const string Titles = "SELECT law_id, title, status FROM laws WHERE law_id = ANY ($1) AND NOT hidden";

    /// <summary>The statistics.</summary>
    public async Task<StatsView> ReadAsync(CancellationToken cancellationToken)
    {
        // Asked beside the database. Where that fails, nobody needs this answer, and it can only have been cancelled.
        var backlog = queues.BacklogAsync(cancellationToken);
        var (laws, open, votes, asOf) = await ReadSumsAsync(cancellationToken);
        var board = await grains.GetGrain<IBoardGrain>(BoardStream.Key).GetAsync(BusiestLaws, cancellationToken);
        return new StatsView(
            membership.GetApproximateSiloStatuses(onlyActive: true).Count,
            laws,
            open,
            votes,
            board.VotesPerSecond,
            board.Silos.Sum(static silo => silo.Pending),
            await backlog,
            board.Silos.Select(static silo => silo.Lag.TotalMilliseconds).DefaultIfEmpty().Max(),
            await DescribeAsync(board.Laws, cancellationToken),
            asOf);
    }

    private async Task<(long Laws, long Open, long Votes, DateTimeOffset AsOf)> ReadSumsAsync(
        CancellationToken cancellationToken)
    {
        await using var command = database.Command(Sums);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (
            reader.GetInt64(0),
            reader.GetInt64(1),
            reader.GetInt64(2),
            await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellationToken));
    }

    /// <summary>The board's laws with what the database says of them; laws that are hidden or deleted are left
    /// out.</summary>
    private async Task<List<BusyLawView>> DescribeAsync(BoardLaw[] laws, CancellationToken cancellationToken)
    {
        var described = new Dictionary<string, (string Title, string Status)>(StringComparer.Ordinal);
        await using var command = database.Command(Titles, new NpgsqlParameter
        {
            Value = laws.Select(static law => law.LawId).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            described.Add(reader.GetString(0), (reader.GetString(1), reader.GetString(2)));
        }

        return
        [
            .. laws.Where(law => described.ContainsKey(law.LawId)).Select(law => new BusyLawView(
                law.LawId,
                described[law.LawId].Title,
                described[law.LawId].Status,
                law.Total,
                law.VotesPerSecond)),
        ];
    }
}
