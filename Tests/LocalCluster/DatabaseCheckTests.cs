using Npgsql;
using Votes.LocalCluster.Commands;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.LocalCluster;

[NeedsServers]
public sealed class DatabaseCheckTests(TestServers servers)
{
    private const string ThreeVotes =
        """
        insert into laws (law_id, title) values ('one', 'One'), ('two', 'Two');
        insert into vote_audit (law_id, voter, vote_id, choice, cast_at)
        values ('one', gen_random_uuid(), gen_random_uuid(), 'yes', now()),
               ('one', gen_random_uuid(), gen_random_uuid(), 'no', now()),
               ('two', gen_random_uuid(), gen_random_uuid(), 'yes', now());
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Totals_that_equal_their_audit_rows_have_no_difference()
    {
        var check = await CheckAsync("('one', 'yes', 1, 1), ('one', 'no', 1, 1), ('two', 'yes', 1, 1)");

        Assert.Equal(0, check.Differences);
        Assert.Equal([new LawCheck("one", 2, 2, 0), new LawCheck("two", 1, 1, 0)], check.Laws);
    }

    [Fact]
    public async Task Choices_that_are_off_both_ways_are_two_differences()
    {
        var check = await CheckAsync("('one', 'yes', 2, 2), ('two', 'yes', 1, 1)");

        Assert.Equal(2, check.Differences);
        Assert.Equal(new LawCheck("one", 2, 2, 2), check.Laws[0]);
    }

    [Fact]
    public async Task Total_without_audit_rows_is_a_difference()
    {
        var check = await CheckAsync(
            "('one', 'yes', 1, 1), ('one', 'no', 1, 1), ('two', 'yes', 1, 1), ('two', 'no', 5, 1)");

        Assert.Equal(1, check.Differences);
        Assert.Equal(new LawCheck("two", 6, 1, 1), check.Laws[0]);
    }

    private async Task<DatabaseCheck> CheckAsync(string totals)
    {
        await using var database = await servers.CreateDatabaseAsync(Cancel);
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var insert = owner.CreateCommand(
            $"{ThreeVotes} insert into vote_results (law_id, choice, total, version) values {totals};");
        await insert.ExecuteNonQueryAsync(Cancel);
        return await DatabaseCheck.RunAsync(database.ServiceConnectionString, Cancel);
    }
}
