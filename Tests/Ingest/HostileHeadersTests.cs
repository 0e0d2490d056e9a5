using System.Text;
using RabbitMQ.Client;
using Votes.Ingest.DeadLetters;
using Votes.LoadTest.Chaos.Faults;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>
/// Messages whose headers the client library does not survive, from a real RabbitMQ with its default limits: each gets its
/// outcome, and so do the votes around it.
/// </summary>
[NeedsServers]
public sealed class HostileHeadersTests(TestServers servers)
{
    // A frame of the default size has room for 25,000. A quorum queue of RabbitMQ 3.10 takes a time that grows with their
    // square; FaultTests sends it one of 25,000.
    [Theory]
    [InlineData("classic", 25_000, 20_000)]
    [InlineData("quorum", 2_000, 2_000)]
    public async Task Votes_with_any_headers_are_counted_and_other_messages_are_dead_letters(
        string queueType, int arrays, int tables)
    {
        (string Name, HostileHeaders Headers)[] hostile =
        [
            ("arrays", HostileHeaders.Nested(arrays)),
            ("tables", HostileHeaders.Nested(tables, tableEach: 1)),
            ("tables in arrays in tables", HostileHeaders.Nested(tables, tableEach: 2)),
            ("integer L", HostileHeaders.Of("n", [(byte)'L', 0, 0, 0, 0, 0, 0, 0, 7])),
            ("decimal", HostileHeaders.Of("d", [(byte)'D', 255, 0, 0, 0, 7])),
        ];
        var grains = new LedgerGrains();
        await using var queue = new QueueFixture(
            await servers.CreateVirtualHostAsync(QueueFixture.Cancelled),
            grains.RecordAsync,
            options => options with { QueueType = queueType });
        await queue.ConnectAsync();
        await queue.DeclareAsync();
        var votes = await queue.PublishVotesAsync(3);
        await using (var raw = await queue.OpenChannelAsync())
        {
            foreach (var (name, headers) in hostile)
            {
                votes.Add(Guid.NewGuid());
                await raw.BasicPublishAsync(
                    "", queue.Options.Queue, true, headers, Message.Bytes(voteId: votes[^1]), QueueFixture.Cancelled);
                await raw.BasicPublishAsync(
                    "", queue.Options.Queue, true, headers, Encoding.UTF8.GetBytes(name), QueueFixture.Cancelled);
            }
        }

        votes.AddRange(await queue.PublishVotesAsync(3));
        queue.Start();
        await grains.CountAsync(votes.Count);
        var letters = await queue.DeadLettersAsync(hostile.Length);
        await queue.StopAsync();

        Assert.Equal(votes.Order(), grains.Seen.Keys.Order());
        Assert.Equal(0U, await queue.ReadyAsync());
        Assert.Equal(0, await queue.MetricAsync("votes_reconnects_total"));
        Assert.Equal(
            hostile.Select(static each => each.Name).Order(),
            letters.Select(static letter => Encoding.UTF8.GetString(letter.Body.Span)).Order());
        Assert.All(letters, letter =>
        {
            var headers = letter.BasicProperties.Headers!;
            var isNested = Encoding.UTF8.GetString(letter.Body.Span) is not ("integer L" or "decimal");
            Assert.Equal(isNested, !headers.ContainsKey("n") && !headers.ContainsKey("d"));
            Assert.Equal(isNested ? "k" : null, headers.TryGetValue(DeadLetterProperties.DroppedHeaders, out var dropped)
                ? Encoding.UTF8.GetString((byte[])dropped!)
                : null);
        });
    }
}
