using Votes.Grains.Interfaces;
using Xunit;

namespace Votes.Tests.Grains;

/// <summary>What a grain answers after its law's votes have gone from the database.</summary>
public sealed class WentBackTests
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Votes_that_the_owner_takes_out_are_gone_within_30_seconds_and_the_version_grows()
    {
        await using var cluster = await StartedAsync();
        var before = await cluster.Law("law").GetTallyAsync(Stop);
        cluster.Store.Withdraw("law");
        cluster.Time.Advance(ReadAgainAfter);

        var after = await cluster.Law("law").GetTallyAsync(Stop);
        Assert.Equal(0, after.Choices.Sum(static choice => choice.Durable));
        Assert.Equal(before.Version + 1, after.Version);

        await VoteAsync(cluster, VoteSamples.Of(2));
        var more = await cluster.Law("law").GetTallyAsync(Stop);
        Assert.Equal(2, more.Choices[0].Durable);
        Assert.Equal(after.Version + 1, more.Version);
    }

    [Fact]
    public async Task Votes_after_those_that_were_taken_out_bring_the_truth_about_at_once()
    {
        await using var cluster = await StartedAsync();
        cluster.Store.Withdraw("law");

        await VoteAsync(cluster, VoteSamples.Of(2));
        while ((await cluster.Law("law").GetTallyAsync(Stop)).Choices[0].Durable != 2)
        {
            Stop.ThrowIfCancellationRequested();
            cluster.Tick();
        }
    }

    [Fact]
    public async Task A_read_that_is_older_than_a_flush_does_not_set_totals_back()
    {
        await using var cluster = await StartedAsync();
        cluster.Time.Advance(ReadAgainAfter);
        cluster.Store.HoldReads();
        var reads = cluster.Store.Loads.Count;
        var asked = cluster.Law("law").GetTallyAsync(Stop);
        while (cluster.Store.Loads.Count == reads)
        {
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await VoteAsync(cluster, VoteSamples.By(10), VoteSamples.By(11));
        cluster.Store.ReleaseReads();

        // Who asked had waited for a while and may have been answered before; what is held is the flush's, and stays.
        await asked;
        for (var ask = 0; ask < 200; ask++)
        {
            Assert.Equal(5, (await cluster.Law("law").GetTallyAsync(Stop)).Choices[0].Durable);
        }
    }

    private static async Task<TallyCluster> StartedAsync()
    {
        var cluster = await TallyCluster.StartAsync();
        await VoteAsync(cluster, VoteSamples.By(1));
        await VoteAsync(cluster, VoteSamples.By(2));
        await VoteAsync(cluster, VoteSamples.By(3));
        cluster.Time.Advance(ReadAgainAfter);
        Assert.Equal(3, (await cluster.Law("law").GetTallyAsync(Stop)).Choices[0].Durable);
        return cluster;
    }

    private static async Task VoteAsync(TallyCluster cluster, params CastVote[] votes)
    {
        var call = await cluster.SendAsync("law", votes);
        cluster.Tick();
        Assert.Equal(votes.Length, (await call).Counted);
    }
}
