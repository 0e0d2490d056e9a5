using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Metadata;
using Votes.Grains.Interfaces;
using Votes.Ingest.Laws;
using Votes.Tests.Grains;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>References that are made without reading attributes again lead where Orleans' own do.</summary>
public sealed class LawGrainsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reference_is_the_one_that_the_client_gives()
    {
        await using var cluster = await TallyCluster.StartAsync();

        var law = LawsOf(cluster)["law"];

        Assert.Equal(cluster.Law("law"), law);
        Assert.NotEqual(cluster.Law("another law"), law);
        Assert.IsType(cluster.Law("law").GetType(), law);
    }

    [Fact]
    public async Task A_call_reaches_the_law()
    {
        await using var cluster = await TallyCluster.StartAsync();

        var call = LawsOf(cluster)["law"].RecordAsync(VoteBatchWriter.Pack(VoteSamples.Of(2), backlog: true), Stop);

        Assert.Equal(2, (await call).Counted);
        Assert.Equal(2, cluster.Store.Counted("law", "yes"));
    }

    private static LawGrains LawsOf(TallyCluster cluster)
    {
        var client = cluster.Cluster.Client;
        return new LawGrains(
            client,
            client.ServiceProvider.GetRequiredService<GrainInterfaceTypeResolver>(),
            client.ServiceProvider.GetRequiredService<GrainInterfaceTypeToGrainTypeResolver>());
    }
}
