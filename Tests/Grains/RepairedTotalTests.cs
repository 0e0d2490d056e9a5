using Votes.Grains.Interfaces;
using Votes.Tests.Grains.Store;
using Xunit;

namespace Votes.Tests.Grains;

/// <summary>What a grain answers after somebody has set its law's totals right in the database.</summary>
public sealed class RepairedTotalTests
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_law_without_further_votes_answers_repaired_totals_and_a_version_that_has_grown(long repaired)
    {
        await using var cluster = await StartedAsync();
        var before = await cluster.Law("law").GetTallyAsync(Stop);
        cluster.Store.Repair("law", "yes", repaired);

        cluster.Time.Advance(ReadAgainAfter - TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, (await cluster.Law("law").GetTallyAsync(Stop)).Choices[0].Durable);
        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));

        var after = await cluster.Law("law").GetTallyAsync(Stop);
        Assert.Equal(repaired, after.Choices[0].Durable);
        Assert.Equal(before.Version + 1, after.Version);
        Assert.Equal(cluster.Time.GetUtcNow(), after.AsOf);
    }

    [Fact]
    public async Task However_often_a_law_is_asked_for_it_is_read_once_an_interval()
    {
        await using var cluster = await StartedAsync();
        cluster.Time.Advance(ReadAgainAfter);
        var reads = cluster.Store.Loads.Count;

        for (var poll = 0; poll < 100; poll++)
        {
            await cluster.Law("law").GetTallyAsync(Stop);
        }

        Assert.Equal(reads + 1, cluster.Store.Loads.Count);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_asked_once_an_interval_and_what_was_known_is_answered()
    {
        await using var cluster = await StartedAsync();
        cluster.Store.ReadsFail = true;
        cluster.Time.Advance(ReadAgainAfter);
        var reads = cluster.Store.Loads.Count;

        for (var poll = 0; poll < 100; poll++)
        {
            Assert.Equal(3, (await cluster.Law("law").GetTallyAsync(Stop)).Choices[0].Durable);
        }

        Assert.Equal(reads + 1, cluster.Store.Loads.Count);
        cluster.Store.ReadsFail = false;
        cluster.Store.Repair("law", "yes", 2);
        cluster.Time.Advance(ReadAgainAfter);
        Assert.Equal(2, (await cluster.Law("law").GetTallyAsync(Stop)).Choices[0].Durable);
    }

    private static async Task<TallyCluster> StartedAsync()
    {
        var cluster = await TallyCluster.StartAsync();
        var call = await cluster.SendAsync("law", VoteSamples.Of(3));
        cluster.Tick();
        Assert.Equal(3, (await call).Counted);

        // Known as of now: what follows counts from here.
        cluster.Time.Advance(ReadAgainAfter);
        await cluster.Law("law").GetTallyAsync(Stop);
        return cluster;
    }
}
