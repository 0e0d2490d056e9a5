using Votes.Bench.Measuring;
using Votes.LoadTest;
using Votes.LoadTest.Planning;

namespace Votes.Bench.Running;

/// <summary>Reads when a run's votes became durable: each row names its transaction, and that has a time.</summary>
internal static class CommitReader
{
    /// <summary>The transactions that counted a run's votes.</summary>
    public static async Task<IReadOnlyList<Commit>> ReadAsync(
        BenchServers servers, RunId run, CancellationToken cancellationToken)
    {
        var (lowest, highest) = VoteIds.RangeOf(run);
        await using var connection = await servers.ConnectAsync("votes", cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select pg_xact_commit_timestamp(writer), votes
              from (select xmin as writer, count(*) as votes
                      from vote_audit where vote_id between $1 and $2 group by xmin) as transactions
            """;
        command.Parameters.Add(new() { Value = lowest });
        command.Parameters.Add(new() { Value = highest });
        var commits = new List<Commit>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            commits.Add(new(await rows.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken), rows.GetInt64(1)));
        return commits;
    }
}
