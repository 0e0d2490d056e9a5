using System.Text;
using RabbitMQ.Client;
using Votes.Grains.Interfaces;
using Votes.Ingest.Configuration;
using Votes.Ingest.DeadLetters;
using Votes.Ingest.Laws;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>Lanes, acks and dead letters on a real RabbitMQ; only the grains are the test's own.</summary>
[NeedsServers]
public sealed class LaneTests(TestServers servers)
{
    [Fact]
    public async Task Votes_are_recorded_once_and_acked()
    {
        var grains = new LedgerGrains();
        await using var queue = await StartedAsync(grains.RecordAsync);
        var sent = await queue.PublishVotesAsync(1_050);

        await grains.CountAsync(sent.Count);
        await queue.StopAsync();

        Assert.Equal(0U, await queue.ReadyAsync());
        Assert.Equal(sent.Order(), grains.Seen.Keys.Order());
        Assert.All(grains.Seen.Values, times => Assert.Equal(1, times));
        Assert.Equal(1_050, await queue.MetricAsync("votes_received_total"));
        Assert.Equal(1_050, await queue.MetricAsync("batch_size_processed_total"));
        Assert.Equal(1_050, await queue.MetricAsync("votes_outcomes_total{outcome=\"counted\"}"));
    }

    [Fact]
    public async Task Queue_that_is_missing_is_made_durable_and_of_the_configured_type()
    {
        var grains = new LedgerGrains();
        await using var queue = new QueueFixture(
            await servers.CreateVirtualHostAsync(QueueFixture.Cancelled),
            grains.RecordAsync,
            options => options with { QueueType = "quorum" });
        await queue.ConnectAsync();
        queue.Start();
        await queue.ConsumingAsync();

        // To declare a queue with other arguments than it has is an error.
        await queue.DeclareAsync();
        await queue.PublishVotesAsync(10);
        await grains.CountAsync(10);
    }

    [Fact]
    public async Task Nothing_behind_a_vote_that_is_not_durable_is_acked()
    {
        var first = Guid.NewGuid();
        var held = new TaskCompletionSource<VoteBatchOutcome>();
        var recorded = 0;
        await using var queue = await StartedAsync(
            (_, batch, _) =>
            {
                var reader = new VoteBatchReader(batch);
                if (reader[0].VoteId == first)
                {
                    return held.Task;
                }

                Interlocked.Add(ref recorded, reader.Count);
                return Task.FromResult(new VoteBatchOutcome(reader.Count, 0, 0, []));
            },
            options => options with { DeliveryBatchMessages = 1 });
        await queue.PublishAsync(Message.Bytes("law of the first", voteId: first));
        await queue.PublishVotesAsync(20);
        await queue.UntilAsync(() => Task.FromResult(Volatile.Read(ref recorded) == 20));

        Assert.Equal(0, await queue.MetricAsync("votes_acks_total"));
        Assert.Equal(20, await queue.MetricAsync("batch_size_processed_total"));

        held.SetResult(new VoteBatchOutcome(1, 0, 0, []));
        await queue.StopAsync();
        Assert.Equal(1, await queue.MetricAsync("votes_acks_total"));
        Assert.Equal(0U, await queue.ReadyAsync());
    }

    [Fact]
    public async Task Poison_message_ends_in_the_dead_letter_queue_as_it_came_with_reason_and_field()
    {
        var grains = new LedgerGrains();
        await using var queue = await StartedAsync(grains.RecordAsync);
        byte[][] poison =
        [
            [0xFF, 0x00],
            "not JSON"u8.ToArray(),
            Encoding.UTF8.GetBytes(Message.Json(choice: "")),
            Encoding.UTF8.GetBytes(Message.Json().PadRight(17 * 1024)),
            [],
        ];
        foreach (var body in poison)
        {
            await queue.PublishAsync(body);
            await queue.PublishVotesAsync(3);
        }

        var letters = await queue.DeadLettersAsync(poison.Length);
        await grains.CountAsync(15);
        await queue.StopAsync();

        Assert.Equal(poison.Length, letters.Count);
        Assert.Equal(
            ["not_utf8/", "not_json/", "empty/choice", "too_large/", "not_json/"],
            poison.Select(body => letters.Single(letter => letter.Body.Span.SequenceEqual(body)))
                .Select(letter => $"{Header(letter, "x-votes-reason")}/{Header(letter, "x-votes-field")}"));
        Assert.All(letters, letter => Assert.NotEmpty(Header(letter, "x-votes-detail")));
        Assert.Equal(0U, await queue.ReadyAsync());
        Assert.Equal(5, await queue.MetricAsync("votes_outcomes_total{outcome=\"rejected\"}"));
    }

    [Fact]
    public async Task Dead_letter_keeps_its_properties_but_for_those_that_would_send_it_astray()
    {
        await using var queue = await StartedAsync(new LedgerGrains().RecordAsync);
        await queue.PublishAsync("poison"u8.ToArray(), new BasicProperties
        {
            MessageId = "the publisher's own",
            CorrelationId = "correlation",
            ContentType = "application/json",
            UserId = new Uri(queue.Options.Uri).UserInfo.Split(':')[0],
            Expiration = "600000",
            Headers = new Dictionary<string, object?>
            {
                ["CC"] = new List<object> { queue.Options.Queue },
                ["mine"] = 7,
            },
        });

        // With the header CC kept, the broker would put each letter back on the queue that it came from.
        var letters = await queue.DeadLettersAsync(1);
        await queue.StopAsync();
        Assert.Empty(await queue.DeadLettersAsync(0));
        Assert.Equal(0U, await queue.ReadyAsync());

        var letter = Assert.Single(letters);
        var properties = letter.BasicProperties;
        Assert.Equal("the publisher's own", properties.MessageId);
        Assert.Equal("correlation", properties.CorrelationId);
        Assert.Equal("application/json", properties.ContentType);
        Assert.Equal(7, properties.Headers!["mine"]);
        Assert.True(properties.Persistent);
        Assert.False(properties.IsUserIdPresent());
        Assert.False(properties.IsExpirationPresent());
        Assert.Equal("600000", Header(letter, DeadLetterProperties.Expiration));
    }

    [Theory]
    [InlineData(131_000)]
    [InlineData(130_000)]
    public async Task Poison_message_whose_headers_fill_a_frame_ends_in_the_dead_letter_queue(int headerBytes)
    {
        await using var queue = await StartedAsync(new LedgerGrains().RecordAsync);
        await queue.PublishAsync("poison"u8.ToArray(), new BasicProperties
        {
            Headers = new Dictionary<string, object?> { ["mine"] = new byte[headerBytes] },
        });

        var letter = Assert.Single(await queue.DeadLettersAsync(1));
        await queue.StopAsync();

        Assert.Equal("poison"u8.ToArray(), letter.Body.ToArray());
        Assert.Equal("not_json", Header(letter, DeadLetterProperties.Reason));
        Assert.Equal(headerBytes == 130_000, letter.BasicProperties.Headers!.ContainsKey("mine"));
        Assert.Equal(0U, await queue.ReadyAsync());
    }

    [Fact]
    public async Task Poison_message_waits_while_the_dead_letter_queue_refuses_it()
    {
        await using var queue = await StartedAsync(new LedgerGrains().RecordAsync);
        await queue.Channel.QueueDeleteAsync(
            queue.Options.DeadLetterQueue, cancellationToken: QueueFixture.Cancelled);
        await queue.Channel.QueueDeclareAsync(
            queue.Options.DeadLetterQueue,
            true,
            false,
            false,
            new Dictionary<string, object?> { ["x-max-length"] = 0, ["x-overflow"] = "reject-publish" },
            cancellationToken: QueueFixture.Cancelled);
        await queue.PublishAsync("poison"u8.ToArray());
        await queue.UntilAsync(async () =>
            await queue.MetricAsync("votes_reconnects_total{purpose=\"dead_letters\"}") >= 3);
        Assert.Equal(0, await queue.MetricAsync("votes_acks_total"));

        await queue.Channel.QueueDeleteAsync(
            queue.Options.DeadLetterQueue, cancellationToken: QueueFixture.Cancelled);
        await queue.DeclareAsync();
        Assert.Single(await queue.DeadLettersAsync(1));
        await queue.StopAsync();
        Assert.Equal(1, await queue.MetricAsync("votes_acks_total"));
        Assert.Equal(0U, await queue.ReadyAsync());
    }

    [Fact]
    public async Task Rejected_vote_ends_in_the_dead_letter_queue_and_is_acked()
    {
        await using var queue = await StartedAsync((_, batch, _) => Task.FromResult(
            new VoteBatchOutcome(0, 0, 0, [.. Enumerable.Range(0, new VoteBatchReader(batch).Count)
                .Select(index => new RejectedVote(index, RejectReason.UnknownChoice))])));
        await queue.PublishVotesAsync(600);

        var letters = await queue.DeadLettersAsync(600);
        await queue.StopAsync();

        Assert.Equal(600, letters.Count);
        Assert.All(letters, letter => Assert.Equal("unknown_choice", Header(letter, "x-votes-reason")));
        Assert.Equal(0U, await queue.ReadyAsync());
    }

    [Fact]
    public async Task Vote_that_is_lost_in_here_is_noticed_and_comes_again()
    {
        var grains = new LedgerGrains();
        var isLost = 0;
        await using var queue = await StartedAsync(
            (law, batch, token) => Interlocked.Exchange(ref isLost, 1) == 0
                ? new TaskCompletionSource<VoteBatchOutcome>().Task
                : grains.RecordAsync(law, batch, token),
            options => options with { StallCheckPeriod = TimeSpan.FromSeconds(1) });

        // Its call neither ends nor fails: nothing says that the vote is held, and a healthy lane has no such vote.
        await queue.PublishVotesAsync(1);
        await grains.CountAsync(1);
        await queue.UntilAsync(async () => await queue.MetricAsync("votes_acks_total") == 1);

        Assert.Equal(1, await queue.MetricAsync("votes_stalls_total"));
        Assert.Equal(0U, await queue.ReadyAsync());
    }

    [Fact]
    public async Task Queue_that_is_deleted_is_made_again_and_consumed_again()
    {
        var grains = new LedgerGrains();
        await using var queue = await StartedAsync(grains.RecordAsync);
        await queue.PublishVotesAsync(10);
        await grains.CountAsync(10);

        await queue.Channel.QueueDeleteAsync(queue.Options.Queue, cancellationToken: QueueFixture.Cancelled);
        await queue.UntilAsync(async () =>
            await queue.MetricAsync("votes_reconnects_total{purpose=\"lane\"}") >= 1);
        await queue.ConsumingAsync();
        await queue.PublishVotesAsync(10);
        await grains.CountAsync(10);
    }

    private async Task<QueueFixture> StartedAsync(
        RecordVotes record, Func<RabbitMqOptions, RabbitMqOptions>? change = null)
    {
        var queue = new QueueFixture(await servers.CreateVirtualHostAsync(QueueFixture.Cancelled), record, change);
        await queue.ConnectAsync();
        await queue.DeclareAsync();
        queue.Start();
        await queue.ConsumingAsync();
        return queue;
    }

    private static string Header(BasicGetResult letter, string header) =>
        Encoding.UTF8.GetString((byte[])letter.BasicProperties.Headers![header]!);
}
