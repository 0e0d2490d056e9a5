using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Votes.Silo.Hosting;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Reconcile;
using Votes.Tests.Silo.Schema;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

/// <summary>A silo's start beside the rows that silos before it left in the membership.</summary>
[NeedsServers]
public sealed class SiloGenerationTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    private static readonly IPEndPoint Address = new(IPAddress.Loopback, 11111);

    private readonly SchemaDatabase _database = migrated.Database;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(100, null, 100)]
    [InlineData(100, 99, 100)]
    [InlineData(100, 100, 101)]
    [InlineData(100, 3_700, 3_701)]
    public void Generation_is_the_clock_s_and_above_every_earlier_one(int byClock, int? earlier, int expected) =>
        Assert.Equal(expected, SiloGeneration.Above(byClock, earlier));

    [Fact]
    public async Task Silo_whose_clock_was_set_back_is_the_successor_of_the_one_before_at_its_address()
    {
        var fast = SiloAddress.AllocateNewGeneration() + 3_600;
        await AddSiloAsync("restart", Address, fast, SiloStatus.Dead);
        await AddSiloAsync("restart", new IPEndPoint(IPAddress.Loopback, 22222), fast + 10, SiloStatus.Active);
        await AddSiloAsync("other", Address, fast + 10, SiloStatus.Active);
        var generation = new SiloGeneration();

        await generation.LearnAsync(_database.Service, "restart", Address, Cancelled);

        Assert.Equal(fast + 1, Identity("restart", generation).SiloAddress.Generation);
    }

    [Fact]
    public async Task Silos_that_a_start_waits_for_are_one_line_until_they_change()
    {
        await AddSiloAsync("waiting", new IPEndPoint(IPAddress.Loopback, 22222), 1, SiloStatus.Active);
        await AddSiloAsync("waiting", new IPEndPoint(IPAddress.Loopback, 33333), 1, SiloStatus.Active);
        await AddSiloAsync("waiting", new IPEndPoint(IPAddress.Loopback, 44444), 1, SiloStatus.Dead);
        var log = new LoggedLines<JoinWatch>();
        using var watch = new JoinWatch(
            _database.Service,
            null!,
            Identity("waiting", new SiloGeneration()),
            Options.Create(new ClusterMembershipOptions()),
            TimeProvider.System,
            log);

        await watch.ReportAsync(Cancelled);
        await watch.ReportAsync(Cancelled);

        var line = Assert.Single(log.At(LogLevel.Warning));
        Assert.Contains("silo-22222 at 127.0.0.1:22222, alive at 20", line, StringComparison.Ordinal);
        Assert.Contains("silo-33333", line, StringComparison.Ordinal);
        Assert.DoesNotContain("silo-44444", line, StringComparison.Ordinal);

        await SchemaDatabase.QueryAsync(_database.Service, "update orleans_silo set status = 6 where port = 33333");
        await watch.ReportAsync(Cancelled);
        Assert.Equal(2, log.At(LogLevel.Warning).Count());
    }

    private static SiloIdentity Identity(string cluster, SiloGeneration generation) => new(
        Options.Create(new SiloOptions { SiloName = "silo-1" }),
        Options.Create(new ClusterOptions { ClusterId = cluster, ServiceId = "votes" }),
        Options.Create(new EndpointOptions { AdvertisedIPAddress = Address.Address, SiloPort = Address.Port }),
        generation);

    private async Task AddSiloAsync(string cluster, IPEndPoint address, int generation, SiloStatus status)
    {
        await SchemaDatabase.QueryAsync(
            _database.Service, "insert into orleans_cluster values ($1) on conflict do nothing", cluster);
        await SchemaDatabase.QueryAsync(
            _database.Service,
            """
            insert into orleans_silo
              (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_time)
            values ($1, $2, $3, $4, 'silo-' || $3, 'here', $5, 0, now(), now())
            """,
            cluster,
            $"{address.Address}",
            address.Port,
            generation,
            (int)status);
    }
}
