using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>Messages a hundred times larger than votes, on a real RabbitMQ.</summary>
[NeedsServers]
public sealed class LargeMessagesTests(TestServers servers)
{
    [Fact]
    public async Task Large_messages_are_taken_a_few_at_a_time_and_votes_between_them_are_counted()
    {
        const int Large = 40;
        const int LargeBytes = 500_000;
        const int VotesBetween = 5;
        var grains = new LedgerGrains();
        await using var queue = new QueueFixture(
            await servers.CreateVirtualHostAsync(QueueFixture.Cancelled),
            grains.RecordAsync,
            options => options with { MaxHeldBytesPerLane = 4 * LargeBytes });
        await queue.ConnectAsync();
        await queue.DeclareAsync();
        for (var i = 0; i < Large; i++)
        {
            var body = new byte[LargeBytes];
            body[0] = (byte)i;
            await queue.PublishAsync(body);
            for (var vote = 0; vote < VotesBetween; vote++)
            {
                await queue.PublishAsync(Message.Bytes($"law-{vote}", voteId: Guid.NewGuid()));
            }
        }

        queue.Start();
        await grains.CountAsync(VotesBetween * Large);

        // A dead letter whose message's ack was lost with a channel is in the queue twice.
        var letters = new HashSet<byte>();
        await queue.UntilAsync(async () =>
        {
            (await queue.DeadLettersAsync(0)).ForEach(letter => letters.Add(letter.Body.Span[0]));
            return letters.Count == Large;
        });
        await queue.ConsumingAsync();
        await queue.StopAsync();

        Assert.Equal(0U, await queue.ReadyAsync());
        Assert.Equal(VotesBetween * Large, grains.Seen.Count);
        Assert.InRange(await queue.MetricAsync("votes_reconnects_total{purpose=\"lane\"}"), 1, 10);
    }
}
