using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Votes.DeadLetters;
using Votes.Ingest;
using Votes.Ingest.Configuration;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.LocalCluster;

/// <summary>What each of the shipped accounts can do on a real broker, and what it cannot.</summary>
[NeedsServers]
public sealed class BrokerAccountsTests(TestServers servers) : IAsyncLifetime
{
    private const string Votes = "votes.aggregation";
    private const string Dead = "votes.aggregation.dead";
    private const string Exchange = "votes.in";
    private const int AccessRefused = 403;

    private static readonly BrokerAccounts Accounts = new("p-password", "i-password", "s-password", "a-password");
    private static readonly ReadOnlyMemory<byte> Body = "{}"u8.ToArray();

    private RabbitMqServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Uri Publisher => _server.Uri(BrokerAccounts.PublisherUser, Accounts.Publisher);

    private Uri Ingest => _server.Uri(BrokerAccounts.IngestUser, Accounts.Ingest);

    private Uri Silo => _server.Uri(BrokerAccounts.SiloUser, Accounts.Silo);

    private Uri Admin => _server.Uri(BrokerAccounts.AdminUser, Accounts.Admin);

    public async ValueTask InitializeAsync()
    {
        _server = await servers.RabbitMqAsync(Stop);
        await _server.AddAccountsAsync(Accounts, Stop);

        // As an Ingest does at its start, with the Ingests' account.
        var options = new RabbitMqOptions { Uri = Ingest.AbsoluteUri };
        var broker = new Broker(options, TimeProvider.System);
        await using var connection = await broker.ConnectAsync("test", Stop);
        Assert.Empty((await broker.EnsureQueueAsync(connection, Votes, Stop)).All);
        Assert.Empty((await broker.EnsureQueueAsync(connection, Dead, Stop)).All);
        Assert.Null(await VoteExchange.EnsureAsync(broker, connection, options, Stop));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Publisher_sends_votes_and_nothing_else()
    {
        Assert.True(await IsAllowedAsync(Publisher, channel => PublishAsync(channel, Exchange, Votes)));

        // Unroutable: the exchange knows the queue of votes alone.
        var forged = await Assert.ThrowsAsync<PublishReturnException>(
            () => IsAllowedAsync(Publisher, channel => PublishAsync(channel, Exchange, Dead)));
        Assert.Equal("NO_ROUTE", forged.ReplyText);
        Assert.False(await IsAllowedAsync(Publisher, channel => PublishAsync(channel, "", Dead)));
        Assert.False(await IsAllowedAsync(Publisher, channel => PublishAsync(channel, "", Votes)));

        // Copies by header go where the exchange's bindings lead, and nowhere else.
        var before = await DepthAsync(Dead);
        Assert.True(await IsAllowedAsync(Publisher, channel => PublishAsync(channel, Exchange, Votes, copyTo: Dead)));
        Assert.Equal(before, await DepthAsync(Dead));

        await AssertCannotReadOrDeclareAsync(Publisher, Votes, Dead);
        Assert.True(await IsAllowedAsync(Publisher, static channel => channel.QueueDeclarePassiveAsync(Votes, Stop)));
    }

    [Fact]
    public async Task Ingest_takes_votes_and_writes_dead_letters_and_does_not_read_them()
    {
        await IsAllowedAsync(Publisher, channel => PublishAsync(channel, Exchange, Votes));

        Assert.True(await IsAllowedAsync(Ingest, static channel => channel.BasicGetAsync(Votes, autoAck: false, Stop)));
        Assert.True(await IsAllowedAsync(Ingest, channel => PublishAsync(channel, "", Dead)));
        Assert.False(await IsAllowedAsync(Ingest, static channel => channel.BasicGetAsync(Dead, autoAck: false, Stop)));
        Assert.False(await IsAllowedAsync(Ingest, static channel => channel.QueueDeclareAsync(
            "another", durable: true, exclusive: false, autoDelete: false, cancellationToken: Stop)));
    }

    [Fact]
    public async Task Silo_walks_the_dead_letters_and_reads_no_vote()
    {
        await IsAllowedAsync(Ingest, channel => PublishAsync(channel, "", Dead));
        var address = new BrokerAddress(Silo, Votes, Dead);
        await using (var connection = await BrokerConnection.OpenAsync(address, Stop))
        {
            var report = await new LetterWalk(connection, address).RunAsync(
                static _ => Verdict.PutBack, long.MaxValue, new Progress<(long, long)>(), Stop);
            Assert.Equal(report.Ready, report.LookedAt);
            Assert.NotEqual(0, report.Ready);
            await connection.DepthAsync(Votes, Stop);
        }

        Assert.True(await IsAllowedAsync(Silo, channel => PublishAsync(channel, "", Votes)));
        await AssertCannotReadOrDeclareAsync(Silo, Votes);
    }

    [Fact]
    public async Task Admin_may_do_everything()
    {
        Assert.True(await IsAllowedAsync(Admin, channel => PublishAsync(channel, Exchange, Votes)));
        Assert.True(await IsAllowedAsync(Admin, static channel => channel.BasicGetAsync(Votes, autoAck: true, Stop)));
        Assert.True(await IsAllowedAsync(Admin, static channel => channel.QueuePurgeAsync(Dead, Stop)));
    }

    [Fact]
    public async Task Queue_that_is_made_anew_is_bound_again_by_the_ingest_that_declares_it()
    {
        await using var vhost = await new ConnectionFactory { Uri = await servers.CreateVirtualHostAsync(Stop) }
            .CreateConnectionAsync(Stop);
        var options = new RabbitMqOptions { Uri = "amqp://localhost/" };
        var broker = new Broker(options, TimeProvider.System);
        for (var time = 0; time < 2; time++)
        {
            await broker.EnsureQueueAsync(vhost, Votes, Stop);
            Assert.Null(await VoteExchange.EnsureAsync(broker, vhost, options, Stop));
            await using var channel = await vhost.CreateChannelAsync(new CreateChannelOptions(true, true), Stop);
            await PublishAsync(channel, Exchange, Votes);
            await channel.QueueDeleteAsync(Votes, ifUnused: false, ifEmpty: false, cancellationToken: Stop);
        }

        // One that is there and is of another kind is said to be so, and the queue goes on to be consumed.
        await using var owner = await vhost.CreateChannelAsync(cancellationToken: Stop);
        await owner.ExchangeDeclareAsync("other", ExchangeType.Fanout, cancellationToken: Stop);
        Assert.Contains(
            "inequivalent arg", await VoteExchange.EnsureAsync(broker, vhost, options with { Exchange = "other" }, Stop) ?? "");
        Assert.Null(await VoteExchange.EnsureAsync(broker, vhost, options with { Exchange = "" }, Stop));
    }

    private static async Task AssertCannotReadOrDeclareAsync(Uri account, params string[] queues)
    {
        foreach (var queue in queues)
        {
            Assert.False(await IsAllowedAsync(account, channel => channel.BasicGetAsync(queue, autoAck: false, Stop)), queue);
            Assert.False(await IsAllowedAsync(account, channel => channel.QueuePurgeAsync(queue, Stop)), queue);
            Assert.False(
                await IsAllowedAsync(account, channel => channel.QueueDeleteAsync(queue, false, false, cancellationToken: Stop)),
                queue);
            Assert.False(
                await IsAllowedAsync(
                    account, channel => channel.QueueBindAsync(queue, "amq.fanout", "", cancellationToken: Stop)),
                queue);
        }

        Assert.False(await IsAllowedAsync(account, static channel => channel.QueueDeclareAsync(
            "another", durable: true, exclusive: false, autoDelete: false, cancellationToken: Stop)));
        Assert.False(await IsAllowedAsync(account, static channel => channel.ExchangeDeclareAsync(
            "another", ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: Stop)));
    }

    private static async Task PublishAsync(IChannel channel, string exchange, string key, string? copyTo = null)
    {
        var properties = new BasicProperties { DeliveryMode = DeliveryModes.Persistent };
        if (copyTo is not null)
        {
            properties.Headers = new Dictionary<string, object?> { ["CC"] = new List<object?> { copyTo } };
        }

        await channel.BasicPublishAsync(exchange, key, mandatory: true, properties, Body, Stop);
    }

    private async Task<uint> DepthAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = Admin }.CreateConnectionAsync(Stop);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Stop);
        return await channel.MessageCountAsync(queue, Stop);
    }

    /// <summary>Whether the broker lets an account do something; what is refused for another reason is thrown.</summary>
    private static async Task<bool> IsAllowedAsync(Uri account, Func<IChannel, Task> act)
    {
        await using var connection = await new ConnectionFactory { Uri = account }.CreateConnectionAsync(Stop);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Stop);
        try
        {
            await act(channel);
            return true;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == AccessRefused)
        {
            return false;
        }
    }
}
