using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>Dead letters that a real RabbitMQ refuses for their size, until its limit is raised.</summary>
[NeedsServers]
public sealed class HeldLettersTests(TestServers servers)
{
    private const int LimitBytes = 600_000;
    private const int UsualLimitBytes = 134_217_728;

    [Fact]
    public async Task Letters_that_are_refused_hold_up_no_other_and_all_arrive_when_the_cause_is_gone()
    {
        const int Large = 10;
        var broker = await servers.RabbitMqAsync(QueueFixture.Cancelled);
        await using var queue = new QueueFixture(
            await servers.CreateVirtualHostAsync(QueueFixture.Cancelled),
            new LedgerGrains().RecordAsync,
            options => options with { HeldLettersRetryPeriod = TimeSpan.FromMilliseconds(200) });
        await queue.ConnectAsync();
        await queue.DeclareAsync();
        for (var i = 0; i < Large; i++)
        {
            await queue.PublishAsync(new byte[LimitBytes + 1]);
        }

        await LimitAsync(broker, LimitBytes);
        try
        {
            queue.Start();
            await queue.UntilAsync(async () => await queue.MetricAsync("votes_dead_letters_held") == Large);
            await queue.PublishAsync("poison"u8.ToArray());
            Assert.Equal("poison"u8.ToArray(), Assert.Single(await queue.DeadLettersAsync(1)).Body.ToArray());
            Assert.Equal(0, await queue.MetricAsync("votes_acks_total"));
        }
        finally
        {
            await LimitAsync(broker, UsualLimitBytes);
        }

        var letters = await queue.DeadLettersAsync(Large);
        await queue.StopAsync();
        Assert.Equal(Large, letters.Count);
        Assert.All(letters, letter => Assert.Equal(LimitBytes + 1, letter.Body.Length));
        Assert.Equal(0, await queue.MetricAsync("votes_dead_letters_held"));
        Assert.Equal(0U, await queue.ReadyAsync());
    }

    // For the whole broker: no other test sends messages as large as this. Channels that are opened from now on heed it.
    // RabbitMQ 4 looks at the second place, where it keeps what it read at its start.
    private static async Task LimitAsync(RabbitMqServer broker, int bytes) => await broker.ControlAsync(
        ["eval", $"application:set_env(rabbit, max_message_size, {bytes}), persistent_term:put(max_message_size, {bytes})."],
        QueueFixture.Cancelled);
}
