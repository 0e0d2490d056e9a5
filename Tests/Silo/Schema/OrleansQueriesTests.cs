using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Runtime;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Schema;

/// <summary>The SQL behind Orleans' AdoNet provider, as the provider calls it.</summary>
[NeedsServers]
public sealed class OrleansQueriesTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    private static readonly DateTime Start = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly SchemaDatabase _database = migrated.Database;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_query_that_the_provider_asks_for_is_there() =>
        Assert.Equal(
            [
                "CleanupDefunctSiloEntriesKey", "CleanupDefunctSiloEntryKey", "ClearStorageKey",
                "DeleteMembershipTableEntriesKey", "DeleteStorageKey", "GatewaysQueryKey", "InsertMembershipKey",
                "InsertMembershipVersionKey", "MembershipReadAllKey", "MembershipReadRowKey", "ReadFromStorageKey",
                "UpdateIAmAlivetimeKey", "UpdateMembershipKey", "WriteToStorageKey",
            ],
            await SchemaDatabase.QueryAsync(_database.Service, "select QueryKey from OrleansQuery order by 1"));

    [Fact]
    public async Task Membership_changes_once_per_version()
    {
        using var host = SiloHost("membership");
        var table = host.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true, Cancelled);
        await table.InitializeMembershipTableAsync(true, Cancelled);
        var empty = await table.ReadAllAsync(Cancelled);
        Assert.Empty(empty.Members);
        Assert.Equal(0, empty.Version.Version);

        var one = Entry(11111, SiloStatus.Active);
        Assert.True(await table.InsertRowAsync(one, empty.Version.Next(), Cancelled));
        Assert.False(await table.InsertRowAsync(Entry(22222, SiloStatus.Active), empty.Version.Next(), Cancelled));
        var inserted = await table.ReadRowAsync(one.SiloAddress, Cancelled);
        Assert.False(await table.InsertRowAsync(one, inserted.Version.Next(), Cancelled));
        var (read, etag) = inserted.Members.Single();
        Assert.Equal(1, inserted.Version.Version);
        await AssertDatabaseTimeAsync(read.StartTime, read.IAmAliveTime);

        one.AddSuspector(SiloAddress.New(IPAddress.Loopback, 22222, 1), Start);
        one.Status = SiloStatus.Dead;
        Assert.False(await table.UpdateRowAsync(one, etag, empty.Version.Next(), Cancelled));
        Assert.True(await table.UpdateRowAsync(one, etag, inserted.Version.Next(), Cancelled));
        var updated = await table.ReadAllAsync(Cancelled);
        Assert.False(
            await table.UpdateRowAsync(Entry(22222, SiloStatus.Dead), etag, updated.Version.Next(), Cancelled));
        updated = await table.ReadAllAsync(Cancelled);
        Assert.Equal(2, updated.Version.Version);
        Assert.Equal(SiloStatus.Dead, updated.Members.Single().Item1.Status);
        Assert.Single(updated.Members.Single().Item1.SuspectTimes!);
    }

    [Fact]
    public async Task Heartbeat_is_no_change_of_the_membership()
    {
        using var host = SiloHost("heartbeat");
        var table = host.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true, Cancelled);
        var silo = Entry(11111, SiloStatus.Active);
        Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync(Cancelled)).Version.Next(), Cancelled));

        var inserted = (await table.ReadRowAsync(silo.SiloAddress, Cancelled)).Members.Single().Item1;
        silo.IAmAliveTime = Start.AddYears(100);
        await table.UpdateIAmAliveAsync(silo, Cancelled);

        var read = await table.ReadRowAsync(silo.SiloAddress, Cancelled);
        Assert.Equal(1, read.Version.Version);
        Assert.True(read.Members.Single().Item1.IAmAliveTime > inserted.IAmAliveTime);
        await AssertDatabaseTimeAsync(read.Members.Single().Item1.IAmAliveTime);
    }

    [Fact]
    public async Task Only_a_silo_s_own_steps_and_heartbeats_show_that_it_lives()
    {
        using var host = SiloHost("suspicion");
        var table = host.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true, Cancelled);
        var silo = Entry(11111, SiloStatus.Joining);
        Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync(Cancelled)).Version.Next(), Cancelled));
        var joined = await AliveAsync(silo);

        silo.Status = SiloStatus.Active;
        await WriteAsync(table, silo);
        var active = await AliveAsync(silo);
        silo.AddSuspector(SiloAddress.New(IPAddress.Loopback, 22222, 1), Start);
        await WriteAsync(table, silo);
        var suspected = await AliveAsync(silo);
        silo.Status = SiloStatus.Dead;
        await WriteAsync(table, silo);

        Assert.True(active > joined);
        Assert.Equal(active, suspected);
        Assert.Equal(active, await AliveAsync(silo));

        async Task<DateTime> AliveAsync(MembershipEntry entry) =>
            (await table.ReadRowAsync(entry.SiloAddress, Cancelled)).Members.Single().Item1.IAmAliveTime;
    }

    [Fact]
    public async Task Clean_up_takes_old_dead_silos_only_and_the_end_takes_the_cluster()
    {
        using var host = SiloHost("cleanup");
        var table = host.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true, Cancelled);
        foreach (var (port, status) in new[] { (1, SiloStatus.Dead), (2, SiloStatus.Joining), (3, SiloStatus.Active) })
        {
            var version = (await table.ReadAllAsync(Cancelled)).Version;
            Assert.True(await table.InsertRowAsync(Entry(port, status), version.Next(), Cancelled));
        }

        var first = (await table.ReadAllAsync(Cancelled)).Members.Min(static row => row.Item1.StartTime);
        await table.CleanupDefunctSiloEntriesAsync(new DateTimeOffset(first), Cancelled);
        Assert.Equal(3, (await table.ReadAllAsync(Cancelled)).Members.Count);

        await table.CleanupDefunctSiloEntriesAsync(new DateTimeOffset(first.AddHours(1)), Cancelled);
        var left = await table.ReadAllAsync(Cancelled);
        Assert.Equal([2, 3], left.Members.Select(row => row.Item1.SiloAddress.Endpoint.Port).Order());

        await table.DeleteMembershipTableEntriesAsync("cleanup", Cancelled);
        Assert.Equal(
            ["0|0"],
            await SchemaDatabase.QueryAsync(
                _database.Service,
                "select (select count(*) from orleans_silo where deployment_id = 'cleanup'), "
                + "(select count(*) from orleans_cluster where deployment_id = 'cleanup')"));
    }

    [Fact]
    public async Task Grain_state_is_written_by_whoever_knows_its_version()
    {
        Assert.Equal(1, await Storage("WriteToStorageKey", null, [1]));
        Assert.Null(await Storage("WriteToStorageKey", null, [2]));
        Assert.Equal(2, await Storage("WriteToStorageKey", 1, [3]));
        Assert.Equal(1, await Storage("WriteToStorageKey", 1, [4]));
        Assert.Equal(new byte[] { 3 }, await Storage("ReadFromStorageKey", null, []));
        Assert.Null(await Storage("ClearStorageKey", 1, []));
        Assert.Equal(3, await Storage("ClearStorageKey", 2, []));
        Assert.Null(await Storage("ReadFromStorageKey", null, []));
        Assert.Equal(4, await Storage("DeleteStorageKey", 3, []));
        Assert.Equal(1, await Storage("WriteToStorageKey", null, [5]));
    }

    private static async Task WriteAsync(IMembershipTable table, MembershipEntry entry)
    {
        var row = await table.ReadRowAsync(entry.SiloAddress, Cancelled);
        Assert.True(await table.UpdateRowAsync(entry, row.Members.Single().Item2, row.Version.Next(), Cancelled));
    }

    // Not the times that Orleans sends.
    private async Task AssertDatabaseTimeAsync(params DateTime[] times)
    {
        foreach (var time in times)
        {
            Assert.Equal(
                ["True"],
                await SchemaDatabase.QueryAsync(
                    _database.Service, "select $1 between now() - interval '1 hour' and now()", time));
        }
    }

    private static MembershipEntry Entry(int port, SiloStatus status) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, port, 1),
        SiloName = $"silo-{port}",
        HostName = "localhost",
        Status = status,
        ProxyPort = 30000,
        StartTime = Start,
        IAmAliveTime = Start,
    };

    // Built, not started: the membership table needs nothing that runs.
    private IHost SiloHost(string clusterId) => new HostBuilder()
        .UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (clusterId, "votes"))
            .UseAdoNetClustering(options =>
                (options.Invariant, options.DataSource) = ("Npgsql", _database.Service)))
        .Build();

    private async Task<object?> Storage(string query, int? version, byte[] payload)
    {
        var text = await SchemaDatabase.QueryAsync(
            _database.Service, "select querytext from orleansquery where querykey = $1", query);
        await using var command = _database.Service.CreateCommand(text.Single());
        command.Parameters.AddWithValue("ServiceId", "votes");
        command.Parameters.AddWithValue("GrainTypeString", "board");
        command.Parameters.AddWithValue("GrainIdN0", 0L);
        command.Parameters.AddWithValue("GrainIdN1", 0L);
        command.Parameters.AddWithValue("GrainIdExtensionString", "key");
        command.Parameters.Add(new NpgsqlParameter("PayloadBinary", NpgsqlDbType.Bytea) { Value = payload });
        command.Parameters.Add(
            new NpgsqlParameter("GrainStateVersion", NpgsqlDbType.Integer) { Value = version ?? (object)DBNull.Value });
        return await command.ExecuteScalarAsync(Cancelled) switch { DBNull => null, var value => value };
    }
}
