using System.Collections.Concurrent;
using Votes.Ingest.Configuration;
using Votes.Ingest.Laws;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>Lanes on a real RabbitMQ whose connections are cut.</summary>
[NeedsServers]
public sealed class LaneReconnectTests(TestServers servers)
{
    [Fact]
    public async Task Votes_on_their_way_when_the_connection_is_lost_come_again_and_only_then_are_acked()
    {
        var calls = new ConcurrentQueue<FakeCall>();
        var ledger = new LedgerGrains();
        var isFirst = true;
        var broker = await servers.CreateVirtualHostAsync(QueueFixture.Cancelled);
        using var proxy = new BreakableProxy(broker.Host, broker.Port);
        await using var queue = await StartedAsync(
            broker,
            proxy,
            async (lawId, batch, token) =>
            {
                if (!Volatile.Read(ref isFirst))
                {
                    return await ledger.RecordAsync(lawId, batch, token);
                }

                var call = new FakeCall(lawId, [], false);
                calls.Enqueue(call);
                await call.Outcome;
                return await ledger.RecordAsync(lawId, batch, token);
            },
            options => options with { Lanes = 1, DeliveryBatchMessages = 50 });
        await PublishAsync(queue, 100);
        await queue.UntilAsync(async () => await queue.MetricAsync("votes_received_total") == 100);

        // All are of one law, so two calls are in flight, and nothing that comes again is sent before they end.
        await queue.UntilAsync(() => Task.FromResult(calls.Count == 2));

        proxy.Break();
        await queue.UntilAsync(async () => await queue.MetricAsync("votes_reconnects_total{purpose=\"lane\"}") == 1);
        Volatile.Write(ref isFirst, false);
        foreach (var call in calls)
        {
            call.Finish(default);
        }

        await ledger.CountAsync(100);
        await queue.ConsumingAsync();
        await queue.UntilAsync(async () => await queue.MetricAsync("batch_size_processed_total") == 100);
        await queue.StopAsync();

        Assert.Equal(0U, await queue.ReadyAsync());
        Assert.Equal(100, ledger.Seen.Count);
        Assert.Equal(200, await queue.MetricAsync("votes_received_total"));
    }

    [Fact]
    public async Task Nothing_is_lost_however_often_connections_are_cut()
    {
        const int Rounds = 12;
        const int VotesPerRound = 200;
        const int PoisonPerRound = 3;
        var grains = new LedgerGrains();
        var broker = await servers.CreateVirtualHostAsync(QueueFixture.Cancelled);
        using var proxy = new BreakableProxy(broker.Host, broker.Port);
        await using var queue = await StartedAsync(
            broker,
            proxy,
            async (lawId, batch, token) =>
            {
                await Task.Yield();
                return await grains.RecordAsync(lawId, batch, token);
            },
            options => options with { Lanes = 2 });

        for (var round = 0; round < Rounds; round++)
        {
            var publishing = PublishAsync(queue, VotesPerRound);
            for (var i = 0; i < PoisonPerRound; i++)
            {
                await queue.PublishAsync(System.Text.Encoding.UTF8.GetBytes($"poison {round} {i}"));
            }

            proxy.Break();
            await publishing;
        }

        await grains.CountAsync(Rounds * VotesPerRound);
        var letters = new HashSet<string>();
        await queue.UntilAsync(async () =>
        {
            foreach (var letter in await queue.DeadLettersAsync(0))
            {
                letters.Add(System.Text.Encoding.UTF8.GetString(letter.Body.Span));
            }

            return letters.Count == Rounds * PoisonPerRound;
        });
        await queue.ConsumingAsync();
        await queue.StopAsync();

        Assert.Equal(0U, await queue.ReadyAsync());
        Assert.Equal(Rounds * VotesPerRound, grains.Seen.Count);
    }

    [Fact]
    public async Task Broker_that_falls_silent_does_not_keep_a_process_from_stopping()
    {
        var grains = new LedgerGrains();
        var broker = await servers.CreateVirtualHostAsync(QueueFixture.Cancelled);
        using var proxy = new BreakableProxy(broker.Host, broker.Port);
        await using var queue = await StartedAsync(
            broker,
            proxy,
            grains.RecordAsync,
            options => options with { CallTimeout = TimeSpan.FromMinutes(1), Heartbeat = TimeSpan.FromMinutes(1) },
            drainTimeout: TimeSpan.FromMilliseconds(1));

        proxy.Silence();

        // The bound lies far above what is allowed and far below what each call to the broker may take.
        await queue.StopAsync().WaitAsync(TimeSpan.FromSeconds(30), QueueFixture.Cancelled);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Connection_that_falls_silent_is_given_up_and_everything_flows_again(bool toServer, bool toClient)
    {
        var grains = new LedgerGrains();
        var broker = await servers.CreateVirtualHostAsync(QueueFixture.Cancelled);
        using var proxy = new BreakableProxy(broker.Host, broker.Port);
        await using var queue = await StartedAsync(
            broker, proxy, grains.RecordAsync, options => options with { Heartbeat = TimeSpan.FromSeconds(1) });
        await PublishAsync(queue, 50);
        await grains.CountAsync(50);

        proxy.Silence(toServer, toClient);
        await PublishAsync(queue, 50);
        await queue.PublishAsync("poison"u8.ToArray());
        await queue.UntilAsync(async () =>
            await queue.MetricAsync("votes_reconnects_total{purpose=\"lane\"}") >= 1
            && await queue.MetricAsync("votes_reconnects_total{purpose=\"dead_letters\"}") >= 1);
        proxy.Heal();

        await grains.CountAsync(50);
        Assert.NotEmpty(await queue.DeadLettersAsync(1));
        await queue.ConsumingAsync();
        await queue.StopAsync();
        Assert.Equal(0U, await queue.ReadyAsync());
        Assert.Equal(100, grains.Seen.Count);
    }

    [Fact]
    public async Task Connections_that_the_broker_closes_are_made_again()
    {
        var grains = new LedgerGrains();
        var broker = await servers.CreateVirtualHostAsync(QueueFixture.Cancelled);
        await using var queue = new QueueFixture(broker, grains.RecordAsync);
        await queue.ConnectAsync();
        await queue.DeclareAsync();
        queue.Start();
        await queue.ConsumingAsync();

        var server = await servers.RabbitMqAsync(QueueFixture.Cancelled);
        var virtualHost = Uri.UnescapeDataString(broker.AbsolutePath[1..]);
        await server.ControlAsync(["close_all_connections", "--vhost", virtualHost, "a test"], QueueFixture.Cancelled);

        // The test's own connection was closed as well.
        await queue.ConnectAsync();
        await PublishAsync(queue, 10);
        await queue.PublishAsync("poison"u8.ToArray());
        await grains.CountAsync(10);
        Assert.Single(await queue.DeadLettersAsync(1));
        await queue.ConsumingAsync();
        await queue.StopAsync();
        Assert.Equal(1, await queue.MetricAsync("votes_reconnects_total{purpose=\"lane\"}"));
        Assert.Equal(0U, await queue.ReadyAsync());
    }

    private static async Task<QueueFixture> StartedAsync(
        Uri broker, BreakableProxy proxy, RecordVotes record, Func<RabbitMqOptions, RabbitMqOptions> change,
        TimeSpan? drainTimeout = null)
    {
        // The test itself speaks to the broker directly: only the lanes and the dead letters are cut off.
        var queue = new QueueFixture(broker, record, options => change(options with
        {
            Uri = new UriBuilder(broker) { Host = "127.0.0.1", Port = proxy.Port }.Uri.AbsoluteUri,
        }));
        await queue.ConnectAsync();
        await queue.DeclareAsync();
        queue.Start(drainTimeout);
        await queue.ConsumingAsync();
        return queue;
    }

    private static Task PublishAsync(QueueFixture queue, int votes) =>
        Task.WhenAll(Enumerable.Range(0, votes).Select(
            voter => queue.PublishAsync(Message.Bytes("law", $"voter {voter}", voteId: Guid.NewGuid()))));
}
