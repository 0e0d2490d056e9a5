using Orleans.Runtime;
using Orleans.TestingHost;

using Votes.Grains.Placement;
using Xunit;

namespace Votes.Tests.Grains;

/// <summary>Laws with votes under way move to a silo that joins, and nothing is lost on the way.</summary>
public sealed class SiloJoinTests
{
    private const int Laws = 40;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Busy_laws_move_to_a_silo_that_joined_and_their_totals_go_on()
    {
        await using var cluster = await TallyCluster.StartAsync();
        await VoteAsync(cluster, voter: 1);
        var joined = await JoinAsync(cluster);
        Assert.Equal(0, await LawsOnAsync(cluster, joined));

        cluster.Time.Advance(SiloJoins.Settling + SiloJoins.Spread);
        for (var voter = 2; await LawsOnAsync(cluster, joined) == 0 || voter < 5; voter++)
        {
            await VoteAsync(cluster, voter);
        }

        var moved = await LawsOnAsync(cluster, joined);
        Assert.InRange(moved, Laws / 4, Laws * 3 / 4);
        await VoteAsync(cluster, voter: 1_000);
        var before = await TotalsAsync(cluster);
        Assert.All(before, (total, law) => Assert.Equal(cluster.Store.Counted(Name(law), "yes"), total));
    }

    [Fact]
    public async Task A_law_stays_while_a_silo_that_joined_settles()
    {
        await using var cluster = await TallyCluster.StartAsync();
        await VoteAsync(cluster, voter: 1);
        var joined = await JoinAsync(cluster);
        await VoteAsync(cluster, voter: 2);

        Assert.Equal(0, await LawsOnAsync(cluster, joined));
    }

    private static async Task<SiloAddress> JoinAsync(TallyCluster cluster)
    {
        var silo = await cluster.Cluster.StartAdditionalSiloAsync();
        await cluster.Cluster.WaitForLivenessToStabilizeAsync(didKill: false);
        return silo.SiloAddress;
    }

    private static async Task VoteAsync(TallyCluster cluster, int voter)
    {
        var calls = Enumerable.Range(0, Laws).Select(law => cluster.SendAsync(Name(law), VoteSamples.By(voter)));
        var sent = await Task.WhenAll(calls);
        cluster.Tick();
        foreach (var call in sent)
        {
            Assert.Equal(1, (await call).Counted);
        }
    }

    private static async Task<long[]> TotalsAsync(TallyCluster cluster) => await Task.WhenAll(
        Enumerable.Range(0, Laws).Select(async law =>
            (await cluster.Law(Name(law)).GetTallyAsync(Stop)).Choices.Single(choice => choice.Choice == "yes").Durable));

    private static async Task<int> LawsOnAsync(TallyCluster cluster, SiloAddress silo)
    {
        var management = cluster.Cluster.Client.GetGrain<IManagementGrain>(0);
        var grains = await management.GetDetailedGrainStatistics(hostsIds: [silo]);
        return grains.Count(grain => grain.GrainType.Contains("lawtally", StringComparison.OrdinalIgnoreCase));
    }

    private static string Name(int law) => $"law-{law}";
}
