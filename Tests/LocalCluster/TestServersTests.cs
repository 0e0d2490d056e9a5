using Npgsql;
using RabbitMQ.Client;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.LocalCluster;

[NeedsServers]
public sealed class TestServersTests(TestServers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_database_is_migrated_and_without_the_rows_of_others()
    {
        await using var first = await servers.CreateDatabaseAsync(Cancel);
        await using (var owner = NpgsqlDataSource.Create(first.OwnerConnectionString))
        await using (var add = owner.CreateCommand("insert into laws (law_id, title) values ('only-here', 'Only here');"))
            Assert.Equal(1, await add.ExecuteNonQueryAsync(Cancel));

        await using var second = await servers.CreateDatabaseAsync(Cancel);
        await using var service = NpgsqlDataSource.Create(second.ServiceConnectionString);
        await using var count = service.CreateCommand("select count(*) from laws where law_id = 'only-here';");
        Assert.Equal(0L, await count.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task Empty_database_has_roles_and_no_table()
    {
        await using var database = await servers.CreateEmptyDatabaseAsync(Cancel);

        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var count = owner.CreateCommand("select count(*) from pg_tables where schemaname = 'public';");
        Assert.Equal(0L, await count.ExecuteScalarAsync(Cancel));
    }

    [Fact]
    public async Task Queue_of_one_virtual_host_is_not_in_another()
    {
        var first = await servers.CreateVirtualHostAsync(Cancel);
        var second = await servers.CreateVirtualHostAsync(Cancel);

        await using var connection = await new ConnectionFactory { Uri = first }.CreateConnectionAsync(Cancel);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancel);
        await channel.QueueDeclareAsync("votes", cancellationToken: Cancel);

        await using var other = await new ConnectionFactory { Uri = second }.CreateConnectionAsync(Cancel);
        await using var reader = await other.CreateChannelAsync(cancellationToken: Cancel);
        await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(
            () => reader.QueueDeclarePassiveAsync("votes", Cancel));
    }
}
