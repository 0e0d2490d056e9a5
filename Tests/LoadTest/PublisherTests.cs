using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;
using Votes.LoadTest;
using Votes.LoadTest.Planning;
using Votes.LoadTest.Publishing;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.LoadTest;

[NeedsServers]
public sealed class PublisherTests(TestServers servers)
{
    private static readonly LoadSettings Settings = new() { Connections = 2, Window = 50 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_of_a_plan_reaches_the_queue_once()
    {
        var endpoints = await NewEndpointsAsync();
        var broker = new Broker(endpoints, Settings, TimeProvider.System);
        await broker.EnsureQueueAsync(Cancellation);

        var counters = await PublishAsync(endpoints);

        Assert.Equal((1_000, 0), (counters.Confirmed, counters.Republished));
        var plan = new MessagePlan(LoadPlans.Mixed);
        var expected = LoadPlans.MessagesOf(LoadPlans.Mixed)
            .Where(message => message.Kind != MessageKind.Malformed)
            .Select(message => VoteIds.Create(plan.RunId, message.Source).ToString());
        var bodies = await ReadAsync(broker, endpoints.Queue);
        Assert.Equal(1_000, bodies.Count);
        Assert.Equal(expected.Order(), ValidVotes(bodies).Select(body => body.Substring(12, 36)).Order());
        // 50 redeliveries repeat other messages byte by byte.
        Assert.Equal(900, ValidVotes(bodies).Distinct().Count());
    }

    [Fact]
    public async Task What_a_lost_connection_left_unconfirmed_is_published_again()
    {
        var endpoints = await NewEndpointsAsync();
        var broker = new Broker(endpoints, Settings, TimeProvider.System);
        await broker.EnsureQueueAsync(Cancellation);
        await using var relay = new CuttingRelay(endpoints.AmqpUrl, cuts: 3, bytesBeforeCut: 40_000);

        var counters = await PublishAsync(endpoints with { AmqpUrl = relay.Address });

        Assert.Equal((1_000, 3), (counters.Confirmed, counters.Reconnects));
        var bodies = await ReadAsync(broker, endpoints.Queue);
        Assert.InRange(bodies.Count, 1_000, 1_000 + (int)counters.Republished);
        var plan = new MessagePlan(LoadPlans.Mixed);
        var sent = LoadPlans.MessagesOf(LoadPlans.Mixed)
            .Where(message => message.Kind is MessageKind.First or MessageKind.Duplicate)
            .Select(message => VoteIds.Create(plan.RunId, message.Index).ToString());
        Assert.Equal(sent.Order(), ValidVotes(bodies).Select(body => body.Substring(12, 36)).Distinct().Order());
        // A vote that is sent again is the same to the byte, its time included.
        Assert.Equal(900, ValidVotes(bodies).Distinct().Count());
    }

    [Fact]
    public async Task A_run_that_is_ended_early_has_published_the_first_blocks_and_nothing_else()
    {
        var endpoints = await NewEndpointsAsync();
        var broker = new Broker(endpoints, Settings, TimeProvider.System);
        await broker.EnsureQueueAsync(Cancellation);
        var plan = new MessagePlan(LoadPlans.Mixed);
        var control = new PublishControl(plan);
        var counters = new PublishCounters();
        control.Pause();

        var running = new Publisher(endpoints, Settings, TimeProvider.System)
            .RunAsync(plan, control, counters, new Progress<LoadProgress>(), Cancellation);
        while (control.Resting < Settings.Connections)
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancellation);
        Assert.Equal((plan.Block(1).End, 0), (control.Published, counters.Confirmed));
        control.End();
        await running;

        Assert.Equal(plan.Block(1).End, counters.Confirmed);
        Assert.Equal(plan.Block(1).End, (await ReadAsync(broker, endpoints.Queue)).Count);
        // A redelivery is the vote of the message that it repeats.
        Assert.All(
            LoadPlans.MessagesOf(LoadPlans.Mixed).Where(message => message.Kind != MessageKind.Redelivery),
            message => Assert.Equal(message.Index < plan.Block(1).End, control.WasSent(message.Index)));
    }

    [Fact]
    public async Task An_existing_queue_is_used_as_it_is()
    {
        var endpoints = await NewEndpointsAsync();
        var classic = new Broker(endpoints, Settings with { QueueType = "classic" }, TimeProvider.System);
        await classic.EnsureQueueAsync(Cancellation);

        await new Broker(endpoints, Settings, TimeProvider.System).EnsureQueueAsync(Cancellation);

        Assert.Equal(1_000, (await PublishAsync(endpoints)).Confirmed);
    }

    // 246 of these thousand, as follows from the run's id.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.25, 246)]
    [InlineData(1, 1_000)]
    public async Task A_share_of_the_messages_has_a_trace_under_the_id_of_its_vote(double ratio, int traced)
    {
        var endpoints = await NewEndpointsAsync();
        var broker = new Broker(endpoints, Settings, TimeProvider.System);
        await broker.EnsureQueueAsync(Cancellation);

        await PublishAsync(
            endpoints, LoadPlans.Mixed with { Redeliveries = 0, Malformed = 0 }, Settings with { TraceRatio = ratio });

        var votes = await ReadMessagesAsync(broker, endpoints.Queue);
        Assert.Equal(1_000, votes.Count);
        Assert.Equal(traced, votes.Count(static sent => sent.Traceparent is not null));
        Assert.All(votes.Where(static sent => sent.Traceparent is not null), static sent =>
        {
            var id = Guid.Parse(sent.Body.AsSpan(12, 36)).ToString("N");
            Assert.Equal($"00-{id}-{id[16..]}-01", sent.Traceparent);
            Assert.True(ActivityContext.TryParse(sent.Traceparent, null, out _));
        });
    }

    [Fact]
    public async Task A_redelivery_has_the_trace_of_the_message_that_it_repeats()
    {
        var endpoints = await NewEndpointsAsync();
        var broker = new Broker(endpoints, Settings, TimeProvider.System);
        await broker.EnsureQueueAsync(Cancellation);

        await PublishAsync(endpoints, LoadPlans.Mixed, Settings with { TraceRatio = 0.5 });

        var votes = (await ReadMessagesAsync(broker, endpoints.Queue))
            .Where(static sent => IsValidVote(sent.Body)).ToList();
        Assert.Equal(950, votes.Count);
        Assert.Equal(900, votes.DistinctBy(static sent => sent.Body).Count());
        Assert.Equal(900, votes.Distinct().Count());
    }

    [Fact]
    public async Task A_missing_queue_has_no_depth()
    {
        var endpoints = await NewEndpointsAsync();
        var broker = new Broker(endpoints, Settings, TimeProvider.System);
        await using var probe = new QueueProbe(broker);

        Assert.Null(await probe.DepthAsync("no such queue", Cancellation));
        await broker.EnsureQueueAsync(Cancellation);
        Assert.Equal(0, await probe.DepthAsync(endpoints.Queue, Cancellation));
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_named()
    {
        var port = Ports.Free();
        var endpoints = new Endpoints { PostgresUrl = "", AmqpUrl = new($"amqp://127.0.0.1:{port}/") };

        var failure = await Assert.ThrowsAsync<LoadFailedException>(
            () => new Broker(endpoints, Settings, TimeProvider.System).EnsureQueueAsync(Cancellation));

        Assert.Contains($"127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
    }

    private static Task<PublishCounters> PublishAsync(Endpoints endpoints) =>
        PublishAsync(endpoints, LoadPlans.Mixed, Settings);

    private static async Task<PublishCounters> PublishAsync(
        Endpoints endpoints, LoadPlan loadPlan, LoadSettings settings)
    {
        var plan = new MessagePlan(loadPlan);
        var counters = new PublishCounters();
        await new Publisher(endpoints, settings, TimeProvider.System)
            .RunAsync(plan, new(plan), counters, new Progress<LoadProgress>(), Cancellation);
        return counters;
    }

    // Of the malformed messages, only one kind carries what looks like the time of a vote.
    private static IEnumerable<string> ValidVotes(IEnumerable<string> bodies) => bodies.Where(IsValidVote);

    private static bool IsValidVote(string body) => body.Contains("\"cast_at\":\"20", StringComparison.Ordinal)
        && !body.Contains("2026-02-30", StringComparison.Ordinal);

    private static async Task<List<string>> ReadAsync(Broker broker, string queue) =>
        [.. (await ReadMessagesAsync(broker, queue)).Select(static sent => sent.Body)];

    private static async Task<List<(string Body, string? Traceparent)>> ReadMessagesAsync(Broker broker, string queue)
    {
        await using var connection = await broker.ConnectAsync("test", Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        var messages = new List<(string Body, string? Traceparent)>();
        while (await channel.BasicGetAsync(queue, autoAck: true, Cancellation) is { } message)
        {
            Assert.True(message.BasicProperties.Persistent);
            var traceparent = message.BasicProperties.Headers?.TryGetValue("traceparent", out var header) == true
                ? (byte[]?)header
                : null;
            messages.Add((
                Encoding.Latin1.GetString(message.Body.Span),
                traceparent is null ? null : Encoding.Latin1.GetString(traceparent)));
        }

        return messages;
    }

    private async Task<Endpoints> NewEndpointsAsync() =>
        new() { PostgresUrl = "", AmqpUrl = await servers.CreateVirtualHostAsync(Cancellation) };
}
