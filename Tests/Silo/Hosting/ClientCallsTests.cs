using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans;
using Orleans.Configuration;
using Orleans.Core.Internal;
using Orleans.Hosting;
using Orleans.Runtime;
using Votes.Grains.Board;
using Votes.Grains.Interfaces;
using Votes.Silo.Hosting;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

/// <summary>A silo as it is shipped, and an Orleans client that connects to its gateway.</summary>
[NeedsServers]
public sealed class ClientCallsTests(TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_reaches_the_laws_and_no_other_grain_and_the_silo_reaches_all()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var silo = await ApiSilo.StartAsync(database.SiloConnectionString);
        await using var source = NpgsqlDataSource.Create(database.SiloConnectionString);
        using var host = await ConnectAsync(source);
        var client = host.Services.GetRequiredService<IClusterClient>();

        var counted = await client.GetGrain<ILawTallyGrain>("law-2026-001")
            .RecordAsync(VoteBatchWriter.Pack(VoteSamples.Of(3)), Stop);
        Assert.Equal(3, counted.Counted);
        Assert.NotEmpty((await client.GetGrain<ILawTallyGrain>("law-2026-001").GetTallyAsync(Stop)).Choices);

        var management = client.GetGrain<IManagementGrain>(0);
        var error = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => management.GetHosts());
        Assert.Equal(
            "Orleans.Runtime.IManagementGrain.GetHosts is for silos alone. A client of this cluster may call ILawTallyGrain.",
            error.Message);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(
            () => management.ForceActivationCollection(TimeSpan.FromMinutes(1)));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => client.GetGrain<IBoardGrain>(BoardStream.Key).GetAsync(10, Stop));

        // An Ingest reports, and does not read what others reported.
        var registry = client.GetGrain<IIngestRegistryGrain>(IIngestRegistryGrain.Key);
        await registry.ReportAsync(
            new IngestReport("ingest", "1", TimeSpan.Zero, 2, 2, 0, 0, false, 0, 0, 0, false), Stop);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => registry.GetAsync(Stop));

        // Extensions belong to every grain, those that clients may call included.
        await Assert.ThrowsAsync<UnauthorizedAccessException>(
            async () => await client.GetGrain<ILawTallyGrain>("law-2026-001")
                .AsReference<IGrainManagementExtension>().DeactivateOnIdle());

        // What the silo's own pages and its dashboard call.
        var own = silo.Services.GetRequiredService<IGrainFactory>();
        Assert.Single(await own.GetGrain<IManagementGrain>(0).GetHosts());
        await host.StopAsync(Stop);
    }

    [Theory]
    [InlineData("sys.client/0a1b2c3d", true)]
    [InlineData("sys.client/hosted-127.0.0.1:11111@1", false)]
    [InlineData("lawtally/law-1", false)]
    [InlineData("sys.svc.clustering.manifest/127.0.0.1:11111@1", false)]
    public void Clients_are_told_from_silos_by_the_sender(string sender, bool isClient) =>
        Assert.Equal(isClient, ClientCalls.IsClient(GrainId.Parse(sender)));

    private static async Task<IHost> ConnectAsync(NpgsqlDataSource database)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(static options => (options.ClusterId, options.ServiceId) = ("votes", "votes"))
            .UseAdoNetClustering(options => (options.Invariant, options.DataSource) = ("Npgsql", database)));
        var host = builder.Build();
        await host.StartAsync(Stop);
        return host;
    }
}
