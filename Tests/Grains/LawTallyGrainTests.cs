using Orleans.Core.Internal;
using Votes.Grains;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;
using Votes.Tests.Grains.Store;
using Xunit;

namespace Votes.Tests.Grains;

public sealed class LawTallyGrainTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_returns_when_the_interval_has_passed_and_its_votes_are_flushed()
    {
        await using var cluster = await TallyCluster.StartAsync();
        var call = await cluster.SendAsync("law", VoteSamples.Of(3));
        Assert.False(call.IsCompleted);
        Assert.Empty(cluster.Store.Writes);

        cluster.Tick();

        AssertOutcome(await call, counted: 3);
        Assert.Equal(3, cluster.Store.Counted("law", "yes"));
        var tally = await cluster.Law("law").GetTallyAsync(Stop);
        Assert.Equal([new("yes", 3, 0), new("no", 0, 0), new("abstain", 0, 0)], tally.Choices);
        Assert.Equal(LawStatus.Open, tally.Status);
        Assert.Equal(1, tally.Version);
    }

    [Fact]
    public async Task Redelivered_vote_is_counted_once()
    {
        await using var cluster = await TallyCluster.StartAsync();
        var vote = VoteSamples.By(1);
        AssertOutcome(await RecordAsync(cluster, "law", vote), counted: 1);
        AssertOutcome(await RecordAsync(cluster, "law", vote), redelivered: 1);

        Assert.Equal(1, cluster.Store.Counted("law", "yes"));
        Assert.Equal(0, cluster.Store.Duplicates);
    }

    [Fact]
    public async Task A_second_vote_of_a_voter_is_a_duplicate()
    {
        await using var cluster = await TallyCluster.StartAsync();
        AssertOutcome(await RecordAsync(cluster, "law", VoteSamples.By(1)), counted: 1);
        AssertOutcome(await RecordAsync(cluster, "law", VoteSamples.By(1, "no")), duplicates: 1);

        Assert.Equal(0, cluster.Store.Counted("law", "no"));
        Assert.Equal(1, cluster.Store.Duplicates);
    }

    [Fact]
    public async Task Votes_delivered_twice_at_once_are_counted_once()
    {
        await using var cluster = await TallyCluster.StartAsync();
        var votes = VoteSamples.Of(50);
        var first = await cluster.SendAsync("law", votes);
        var second = await cluster.SendAsync("law", votes);
        cluster.Tick();

        AssertOutcome(await first, counted: 50);
        AssertOutcome(await second, redelivered: 50);
        Assert.Equal([100], cluster.Store.Writes);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_leaves_the_right_totals_in_memory()
    {
        await using var cluster = await TallyCluster.StartAsync();
        cluster.Store.Fail(StoreFault.AfterCommit);
        var call = await cluster.SendAsync("law", VoteSamples.Of(5));
        cluster.Tick();

        AssertOutcome(await call, redelivered: 5);
        cluster.Tick();
        Assert.Equal(5, (await cluster.Law("law").GetTallyAsync(Stop)).Choices[0].Durable);
        Assert.Equal(5, cluster.Store.Counted("law", "yes"));
    }

    [Fact]
    public async Task Two_activations_of_a_law_at_once_still_give_exact_totals()
    {
        // Two clusters on one store are two activations that know nothing of each other.
        await using var one = await TallyCluster.StartAsync();
        await using var other = await TallyCluster.StartAsync(one.Store);
        var votes = VoteSamples.Of(100);
        var calls = new List<Task<VoteBatchOutcome>>
        {
            await one.SendAsync("law", votes[..70]),
            await other.SendAsync("law", votes[30..]),
        };
        one.Tick();
        other.Tick();
        var outcomes = await Task.WhenAll(calls);

        Assert.Equal(100, outcomes.Sum(static outcome => outcome.Counted));
        Assert.Equal(40, outcomes.Sum(static outcome => outcome.Redelivered));
        Assert.Equal(100, one.Store.Counted("law", "yes"));

        // Each learns the other's votes with its own next flush.
        AssertOutcome(await RecordAsync(one, "law", VoteSamples.By(100)), counted: 1);
        AssertOutcome(await RecordAsync(other, "law", VoteSamples.By(101)), counted: 1);
        Assert.Equal(102, (await other.Law("law").GetTallyAsync(Stop)).Choices[0].Durable);
    }

    [Fact]
    public async Task A_change_that_somebody_else_made_to_one_total_makes_the_grain_read_them_all()
    {
        await using var one = await TallyCluster.StartAsync();
        await using var other = await TallyCluster.StartAsync(one.Store);
        await RecordAsync(one, "law", VoteSamples.By(1));
        await RecordAsync(one, "law", VoteSamples.By(2, "no"));
        await RecordAsync(other, "law", VoteSamples.By(3));
        await RecordAsync(other, "law", VoteSamples.By(4, "no"));

        await RecordAsync(one, "law", VoteSamples.By(5));

        var tally = await one.Law("law").GetTallyAsync(Stop);
        Assert.Equal([new("yes", 3, 0), new("no", 2, 0), new("abstain", 0, 0)], tally.Choices);
        Assert.Equal(5, tally.Version);
    }

    [Fact]
    public async Task A_stop_of_the_silo_leaves_nothing_pending()
    {
        await using var cluster = await TallyCluster.StartAsync(silos: 2);
        var calls = new List<Task<VoteBatchOutcome>>();
        for (var i = 0; i < 20; i++)
        {
            calls.Add(await cluster.SendAsync($"law {i}", VoteSamples.Of(10)));
        }

        // No interval passes meanwhile: what is pending is flushed by the stop.
        await cluster.Cluster.StopSiloAsync(cluster.Cluster.Silos[1]);

        // The laws on the other silo.
        cluster.Tick();
        Assert.All(await Task.WhenAll(calls), static outcome => AssertOutcome(outcome, counted: 10));
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(10, cluster.Store.Counted($"law {i}", "yes"));
        }
    }

    [Fact]
    public async Task Votes_of_a_law_that_is_being_deactivated_are_flushed_in_time()
    {
        // As Orleans does to laws of one silo when another one goes that knew their place, and to those that are to move.
        // The law waits for its calls to end and takes none meanwhile; a tick of a timer of its own would stand in line
        // behind the next call. Nobody else has votes here.
        await using var cluster = await TallyCluster.StartAsync();
        var call = await cluster.SendAsync("law", VoteSamples.Of(3));
        await cluster.Law("law").AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        var next = cluster.Law("law").GetTallyAsync(Stop);
        await cluster.Law("another").GetTallyAsync(Stop);

        cluster.Tick();

        AssertOutcome(await call, counted: 3);
        Assert.Equal(3, (await next).Choices[0].Durable);
    }

    [Fact]
    public async Task A_law_that_was_deactivated_reads_its_totals_again()
    {
        await using var cluster = await TallyCluster.StartAsync();
        AssertOutcome(await RecordAsync(cluster, "law", VoteSamples.Of(4)), counted: 4);
        var grain = cluster.Law("law");
        await cluster.Cluster.DeactivateAsync(grain.GetGrainId());

        var tally = await grain.GetTallyAsync(Stop);
        Assert.Equal(4, tally.Choices[0].Durable);
        Assert.Equal(1, tally.Version);
    }

    [Fact]
    public async Task An_unknown_law_is_registered_by_its_first_counted_vote()
    {
        await using var cluster = await TallyCluster.StartAsync();
        Assert.Equal(LawStatus.Unknown, (await cluster.Law("law").GetTallyAsync(Stop)).Status);
        Assert.False(cluster.Store.Knows("law"));

        await RecordAsync(cluster, "law", VoteSamples.By(1));

        Assert.True(cluster.Store.Knows("law"));
        Assert.Equal(LawStatus.Open, (await cluster.Law("law").GetTallyAsync(Stop)).Status);
    }

    [Fact]
    public async Task An_unknown_law_is_rejected_where_so_configured_until_it_is_registered()
    {
        await using var cluster = await TallyCluster.StartAsync(unknownLaw: UnknownLawPolicy.Reject);
        var outcome = await cluster.Law("law").RecordAsync(VoteBatchWriter.Pack(VoteSamples.Of(2)), Stop);
        Assert.Equal(
            [new RejectedVote(0, RejectReason.UnknownLaw), new RejectedVote(1, RejectReason.UnknownLaw)],
            outcome.Rejected);

        cluster.Store.Describe(Law.Unregistered("law").Registered());
        cluster.Tick();
        AssertOutcome(await RecordAsync(cluster, "law", VoteSamples.Of(2)), counted: 2);
    }

    [Fact]
    public async Task Votes_that_may_not_be_counted_are_named_and_the_others_counted()
    {
        await using var cluster = await TallyCluster.StartAsync();
        var outcome = await RecordAsync(
            cluster, "law", VoteSamples.By(1), VoteSamples.By(2, "maybe"), VoteSamples.By(3, "no"));

        Assert.Equal(2, outcome.Counted);
        Assert.Equal([new RejectedVote(1, RejectReason.UnknownChoice)], outcome.Rejected);
        Assert.Equal(0, await cluster.PendingAsync("law"));
    }

    [Fact]
    public async Task A_vote_that_the_database_refuses_is_named_by_its_place_in_the_batch()
    {
        await using var cluster = await TallyCluster.StartAsync();
        var votes = new[] { VoteSamples.By(1, "maybe"), VoteSamples.By(2), VoteSamples.By(3) };
        cluster.Store.Refused[votes[2].VoteId] = true;
        var outcome = await RecordAsync(cluster, "law", votes);

        Assert.Equal(1, outcome.Counted);
        Assert.Equal(
            [new RejectedVote(0, RejectReason.UnknownChoice), new RejectedVote(2, RejectReason.RefusedByDatabase)],
            outcome.Rejected);
    }

    [Fact]
    public async Task A_malformed_batch_is_refused()
    {
        await using var cluster = await TallyCluster.StartAsync();
        await Assert.ThrowsAsync<MalformedVoteBatchException>(
            () => cluster.Law("law").RecordAsync(new VoteBatch([1, 2, 3], false), Stop));
        await Assert.ThrowsAsync<UnknownBatchFormatException>(
            () => cluster.Law("law").RecordAsync(new VoteBatch([9, 2, 3], false), Stop));
        await Assert.ThrowsAsync<MalformedVoteBatchException>(
            () => cluster.Law(new string('a', 129)).RecordAsync(VoteBatchWriter.Pack(VoteSamples.Of(1)), Stop));
    }

    [Fact]
    public async Task An_idle_law_sets_no_timer_and_writes_nothing()
    {
        await using var cluster = await TallyCluster.StartAsync();
        await RecordAsync(cluster, "law", VoteSamples.By(1));
        var writes = cluster.Store.Writes.Count;
        for (var i = 0; i < 60; i++)
        {
            cluster.Tick();
        }

        Assert.Equal(0, await cluster.PendingAsync("law"));
        Assert.Equal(writes, cluster.Store.Writes.Count);
    }

    [Fact]
    public async Task Votes_that_waited_for_room_are_flushed_without_anybody_else_asking()
    {
        await using var cluster = await TallyCluster.StartAsync(maxPendingVotes: 10);
        var votes = VoteSamples.Of(15);
        var first = await cluster.SendAsync("law", votes[..10]);
        var second = await cluster.SendAsync("law", votes[10..]);
        cluster.Tick();

        AssertOutcome(await first, counted: 10);
        AssertOutcome(await second.WaitAsync(Stop), counted: 5);
    }

    [Fact]
    public async Task Batches_that_arrive_together_after_a_law_was_registered_are_all_counted()
    {
        await using var cluster = await TallyCluster.StartAsync(unknownLaw: UnknownLawPolicy.Reject);
        Assert.Equal(LawStatus.Unknown, (await cluster.Law("law").GetTallyAsync(Stop)).Status);
        cluster.Store.Describe(Law.Unregistered("law").Registered());
        cluster.Time.Advance(TimeSpan.FromSeconds(2));
        var votes = VoteSamples.Of(40);
        var calls = votes.Chunk(2)
            .Select(chunk => cluster.Law("law").RecordAsync(VoteBatchWriter.Pack(chunk, backlog: true), Stop));

        Assert.All(await Task.WhenAll(calls), static outcome => AssertOutcome(outcome, counted: 2));
    }

    [Fact]
    public async Task A_law_that_was_closed_while_nobody_voted_takes_no_more_votes()
    {
        await using var cluster = await TallyCluster.StartAsync();
        AssertOutcome(await RecordAsync(cluster, "law", VoteSamples.By(1)), counted: 1);
        cluster.Store.Describe(Law.Unregistered("law") with { Status = LawStatus.Closed });
        cluster.Time.Advance(TimeSpan.FromMinutes(5));

        var outcome = await RecordAsync(cluster, "law", VoteSamples.By(2));

        Assert.Equal([new RejectedVote(0, RejectReason.LawClosed)], outcome.Rejected);
        Assert.Equal(1, cluster.Store.Counted("law", "yes"));
    }

    [Fact]
    public async Task A_vote_counted_before_its_law_closed_is_redelivered_after_it()
    {
        await using var cluster = await TallyCluster.StartAsync();
        var vote = VoteSamples.By(1);
        AssertOutcome(await RecordAsync(cluster, "law", vote), counted: 1);
        cluster.Store.Describe(Law.Unregistered("law") with { Status = LawStatus.Closed });

        var outcome = await RecordAsync(cluster, "law", vote, VoteSamples.By(2));

        Assert.Equal((0, 1), (outcome.Counted, outcome.Redelivered));
        Assert.Equal([new RejectedVote(1, RejectReason.LawClosed)], outcome.Rejected);
        Assert.Equal(1, cluster.Store.Counted("law", "yes"));
    }

    [Fact]
    public async Task A_closed_laws_tally_is_final_once_it_was_read_after_the_closing()
    {
        await using var cluster = await TallyCluster.StartAsync();
        AssertOutcome(await RecordAsync(cluster, "law", VoteSamples.By(1)), counted: 1);
        Assert.False((await cluster.Law("law").GetTallyAsync(Stop)).Final);
        cluster.Store.Describe(Law.Unregistered("law") with { Status = LawStatus.Closed });
        cluster.Time.Advance(TimeSpan.FromMinutes(1));

        var tally = await cluster.Law("law").GetTallyAsync(Stop);

        Assert.Equal((LawStatus.Closed, true), (tally.Status, tally.Final));
    }

    [Fact]
    public async Task A_watcher_is_told_of_pending_and_of_durable_votes()
    {
        await using var cluster = await TallyCluster.StartAsync();
        var watcher = new ToldTallies();
        var reference = cluster.Cluster.Client.CreateObjectReference<ITallyWatcher>(watcher);
        Assert.Equal(0, (await cluster.Law("law").WatchAsync(reference, Stop)).Version);

        var call = await cluster.SendAsync("law", VoteSamples.By(1));
        Assert.Equal(1, (await watcher.NextAsync(Stop)).Choices[0].Pending);
        cluster.Tick();
        await call;
        cluster.Tick();
        var told = await watcher.NextAsync(Stop);

        Assert.Equal((1, 0), (told.Choices[0].Durable, told.Choices[0].Pending));
        await cluster.Law("law").UnwatchAsync(reference);
    }

    [Fact]
    public async Task No_vote_is_rejected_while_the_database_cannot_confirm_why()
    {
        await using var cluster = await TallyCluster.StartAsync();
        await cluster.Law("law").GetTallyAsync(Stop);
        cluster.Time.Advance(TimeSpan.FromSeconds(2));
        cluster.Store.ReadsFail = true;
        var batch = VoteBatchWriter.Pack([VoteSamples.By(1, "maybe")]);
        await Assert.ThrowsAsync<VotesNotDurableException>(() => cluster.Law("law").RecordAsync(batch, Stop));

        cluster.Store.ReadsFail = false;
        var outcome = await cluster.Law("law").RecordAsync(batch, Stop);
        Assert.Equal([new RejectedVote(0, RejectReason.UnknownChoice)], outcome.Rejected);
    }

    [Fact]
    public async Task A_key_that_is_no_law_id_is_never_read()
    {
        await using var cluster = await TallyCluster.StartAsync();
        await Assert.ThrowsAsync<MalformedVoteBatchException>(() => cluster.Law("a\0b").GetTallyAsync(Stop));

        Assert.Empty(cluster.Store.Loads);
    }

    private static async Task<VoteBatchOutcome> RecordAsync(TallyCluster cluster, string lawId, params CastVote[] votes)
    {
        var call = await cluster.SendAsync(lawId, votes);
        cluster.Tick();
        return await call.WaitAsync(Stop);
    }

    private static void AssertOutcome(
        VoteBatchOutcome outcome, int counted = 0, int redelivered = 0, int duplicates = 0)
    {
        Assert.Equal((counted, redelivered, duplicates), (outcome.Counted, outcome.Redelivered, outcome.Duplicates));
        Assert.Empty(outcome.Rejected);
    }
}
