using Votes.Grains.Interfaces;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>What becomes of deliveries when a lane is told to stop, on a real RabbitMQ.</summary>
[NeedsServers]
public sealed class LaneStopTests(TestServers servers)
{
    [Fact]
    public async Task Lane_that_stops_settles_what_was_delivered_and_not_looked_at_yet()
    {
        const int LooksAtTheBroker = 100;
        using var goesOn = new ManualResetEventSlim();
        var grains = new LedgerGrains();
        await using var queue = new QueueFixture(
            await servers.CreateVirtualHostAsync(QueueFixture.Cancelled),
            grains.RecordAsync,
            // Only the client's callback hands batches on: the wait's timer would hand on one more where deliveries are slow.
            change: options => options with { DeliveryBatchWait = TimeSpan.FromHours(1) },
            handedOn: () => goesOn.Wait(QueueFixture.Cancelled));
        await queue.ConnectAsync();
        await queue.DeclareAsync();
        await queue.PublishVotesAsync(1_000);
        queue.Start();

        // The first batch is acked, and the others wait in the client, whose callback for the first has not returned.
        await queue.UntilAsync(async () =>
            await queue.MetricAsync("votes_acks_total") == 1 && await queue.ReadyAsync() == 0);
        var stopping = queue.StopAsync();
        await queue.UntilAsync(async () =>
            (await queue.Channel.QueueDeclarePassiveAsync(queue.Options.Queue, QueueFixture.Cancelled)).ConsumerCount == 0);
        for (var look = 0; look < LooksAtTheBroker; look++)
        {
            Assert.Equal(0U, await queue.ReadyAsync());
        }

        goesOn.Set();
        await stopping;

        Assert.Equal(1_000, grains.Seen.Count);
        Assert.All(grains.Seen.Values, times => Assert.Equal(1, times));
        Assert.Equal(0U, await queue.ReadyAsync());
    }

    [Fact]
    public async Task Process_that_stops_leaves_what_is_not_durable_to_another()
    {
        var never = new TaskCompletionSource<VoteBatchOutcome>();
        var calls = 0;
        await using var queue = new QueueFixture(
            await servers.CreateVirtualHostAsync(QueueFixture.Cancelled),
            (_, _, _) =>
            {
                Interlocked.Increment(ref calls);
                return never.Task;
            });
        await queue.ConnectAsync();
        await queue.DeclareAsync();
        await queue.PublishVotesAsync(50);
        queue.Start(drainTimeout: TimeSpan.FromMilliseconds(1));
        await queue.UntilAsync(() => Task.FromResult(Volatile.Read(ref calls) > 0));

        await queue.StopAsync();

        await queue.UntilAsync(async () => await queue.ReadyAsync() == 50);
    }
}
