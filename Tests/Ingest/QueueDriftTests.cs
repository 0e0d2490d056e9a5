using Npgsql;
using RabbitMQ.Client;
using Votes.Ingest;
using Votes.Ingest.Configuration;
using Votes.Ingest.Schema;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ingest;

/// <summary>What Ingest refuses to work with: queues that lose what is in them, and a schema that is newer than it.</summary>
[NeedsServers]
public sealed class QueueDriftTests(TestServers servers)
{
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false, false, "'durable'")]
    [InlineData(true, true, false, "exclusive")]
    [InlineData(true, false, true, "'auto_delete'")]
    public async Task Queue_that_does_not_last_is_refused_and_told_why(
        bool durable, bool exclusive, bool autoDelete, string names)
    {
        foreach (var configured in new[] { "classic", "quorum" })
        {
            await using var scene = await ConnectAsync(configured);
            await scene.Owner.QueueDeclareAsync("votes", durable, exclusive, autoDelete, cancellationToken: Stop);

            var refusal = await Assert.ThrowsAsync<UnusableQueueException>(
                () => scene.Broker.EnsureQueueAsync(scene.Connection, "votes", Stop));

            Assert.Contains("The queue votes must be durable", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(names, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Queue_that_lasts_is_used_whatever_its_type_and_other_arguments()
    {
        await using var scene = await ConnectAsync("quorum");
        var limited = new Dictionary<string, object?> { ["x-max-length"] = 10 };
        await scene.Owner.QueueDeclareAsync("classic", true, false, false, limited, cancellationToken: Stop);
        await scene.Owner.QueueDeclareAsync("quorum", true, false, false, Quorum, cancellationToken: Stop);

        await scene.Broker.EnsureQueueAsync(scene.Connection, "classic", Stop);
        await scene.Broker.EnsureQueueAsync(scene.Connection, "quorum", Stop);
        await scene.Broker.EnsureQueueAsync(scene.Connection, "none yet", Stop);

        // Made as configured: to declare it with other arguments would be an error.
        var made = QueueArguments.For(scene.Connection, "quorum");
        await scene.Owner.QueueDeclareAsync("none yet", true, false, false, made, cancellationToken: Stop);
    }

    [Fact]
    public async Task Queue_that_differs_is_told_and_one_that_does_not_is_not()
    {
        await using var scene = await ConnectAsync("quorum");
        var limited = new Dictionary<string, object?>(Quorum) { ["x-delivery-limit"] = 5 };
        await scene.Owner.QueueDeclareAsync("limited", true, false, false, limited, cancellationToken: Stop);

        var differences = await scene.Broker.EnsureQueueAsync(scene.Connection, "limited", Stop);
        Assert.Equal(5L, differences.OwnDeliveryLimit!.Current);
        Assert.Contains("x-delivery-limit", differences.OwnDeliveryLimit.BrokerSays, StringComparison.Ordinal);
        Assert.Empty((await scene.Broker.EnsureQueueAsync(scene.Connection, "new", Stop)).All);
        Assert.Empty((await scene.Broker.EnsureQueueAsync(scene.Connection, "new", Stop)).All);
    }

    [Theory]
    [InlineData("x-message-ttl", true)]
    [InlineData("x-expires", true)]
    [InlineData("x-max-length", true)]
    [InlineData("x-max-length-bytes", true)]
    [InlineData("x-max-priority", false)]
    public async Task Queue_from_which_the_broker_drops_messages_is_told_from_one_that_only_differs(
        string argument, bool mayDrop)
    {
        await using var scene = await ConnectAsync("classic");
        var arguments = new Dictionary<string, object?> { [argument] = mayDrop ? 100_000 : 5 };
        await scene.Owner.QueueDeclareAsync("differs", true, false, false, arguments, cancellationToken: Stop);

        var differs = await scene.Broker.EnsureQueueAsync(scene.Connection, "differs", Stop);

        Assert.Equal([argument], differs.All.Select(static one => one.Argument));
        Assert.Equal(mayDrop, differs.Dropping.Any());
    }

    [Theory]
    [InlineData("quorum")]
    [InlineData("classic")]
    public async Task Stream_is_refused_and_told_why(string configured)
    {
        await using var scene = await ConnectAsync(configured);
        var stream = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "stream",
            ["x-max-length-bytes"] = 20_000_000L,
            ["x-max-age"] = "1D",
        };
        await scene.Owner.QueueDeclareAsync("votes", true, false, false, stream, cancellationToken: Stop);

        var refusal = await Assert.ThrowsAsync<UnusableQueueException>(
            () => scene.Broker.EnsureQueueAsync(scene.Connection, "votes", Stop));

        Assert.Contains("The queue votes is of type stream", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_difference_masks_another()
    {
        await using var scene = await ConnectAsync("quorum");
        var arguments = new Dictionary<string, object?>(Quorum)
        {
            ["x-dead-letter-exchange"] = "it's one",
            ["x-max-length"] = 500,
            ["x-overflow"] = "drop-head",
            ["x-message-ttl"] = 100_000,
            ["x-single-active-consumer"] = true,
            ["x-delivery-limit"] = 7,
        };
        if (!await TakesAsync(scene, arguments))
        {
            // RabbitMQ 3.9 has no time limit in quorum queues.
            arguments.Remove("x-message-ttl");
        }

        var differences = await scene.Broker.EnsureQueueAsync(scene.Connection, "many", Stop);

        Assert.Equal(
            arguments.Keys.Except(["x-queue-type"]).Order(), differences.All.Select(static one => one.Argument).Order());
        Assert.Equal(7L, differences.OwnDeliveryLimit!.Current);
        Assert.Null(differences.MissingDeliveryLimit);
        Assert.Equal(
            arguments.Keys.Intersect(["x-max-length", "x-message-ttl"]).Order(),
            differences.Dropping.Select(static one => one.Argument).Order());
    }

    [Fact]
    public async Task Queue_that_refuses_publishers_where_it_is_full_drops_nothing()
    {
        await using var scene = await ConnectAsync("quorum");
        var arguments = new Dictionary<string, object?>(Quorum) { ["x-max-length"] = 500, ["x-overflow"] = "reject-publish" };
        await scene.Owner.QueueDeclareAsync("full", true, false, false, arguments, cancellationToken: Stop);

        var differences = await scene.Broker.EnsureQueueAsync(scene.Connection, "full", Stop);

        Assert.NotEmpty(differences.All);
        Assert.Empty(differences.Dropping);
    }

    [Fact]
    public async Task Message_outlives_any_number_of_lost_channels()
    {
        await using var scene = await ConnectAsync("quorum");
        await scene.Broker.EnsureQueueAsync(scene.Connection, "votes", Stop);
        await scene.Owner.BasicPublishAsync("", "votes", new byte[] { 1 }, Stop);

        // RabbitMQ 4 drops what was delivered more than 20 times, unless the queue says otherwise.
        for (var loss = 0; loss < 25; loss++)
        {
            await using var channel = await scene.OwnerConnection.CreateChannelAsync(cancellationToken: Stop);
            Assert.True(await IsDeliveredAsync(channel), $"it was gone after {loss} lost channels");
        }
    }

    [Fact]
    public async Task Queue_that_exists_is_used_by_a_user_who_may_not_declare_it()
    {
        await using var scene = await ConnectAsync("classic");
        await scene.Owner.QueueDeclareAsync("votes", true, false, false, cancellationToken: Stop);
        var host = Uri.UnescapeDataString(scene.Address.AbsolutePath[1..]);
        var server = await servers.RabbitMqAsync(Stop);
        await server.ControlAsync(["add_user", "consumer-" + host, "secret"], Stop);
        await server.ControlAsync(["set_permissions", "-p", host, "consumer-" + host, "", "", ".*"], Stop);
        var address = new UriBuilder(scene.Address) { UserName = "consumer-" + host, Password = "secret" };
        var broker = new Broker(new RabbitMqOptions { Uri = address.Uri.AbsoluteUri }, TimeProvider.System);
        await using var connection = await broker.ConnectAsync("test", Stop);

        await broker.EnsureQueueAsync(connection, "votes", Stop);
        await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(
            () => broker.EnsureQueueAsync(connection, "none", Stop));
    }

    [Fact]
    public async Task Schema_that_is_newer_is_refused_and_told_why()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);
        await new KnownSchema(source, KnownSchema.Embedded).CheckAsync(Stop);
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var newer = owner.CreateCommand(
            $"INSERT INTO schema_journal (script, checksum) VALUES ('9999_newer.sql', '{new string('0', 64)}')");
        await newer.ExecuteNonQueryAsync(Stop);

        var refusal = await Assert.ThrowsAsync<UnknownSchemaException>(
            () => new KnownSchema(source, KnownSchema.Embedded).CheckAsync(Stop));

        Assert.Contains("does not know 9999_newer.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_without_a_schema_is_one_to_wait_for()
    {
        await using var database = await servers.CreateEmptyDatabaseAsync(Stop);
        await using var source = NpgsqlDataSource.Create(database.ServiceConnectionString);

        await Assert.ThrowsAnyAsync<NpgsqlException>(
            () => new KnownSchema(source, KnownSchema.Embedded).CheckAsync(Stop));
    }

    private static async Task<bool> TakesAsync(Scene scene, Dictionary<string, object?> arguments)
    {
        await using var channel = await scene.OwnerConnection.CreateChannelAsync(cancellationToken: Stop);
        try
        {
            await channel.QueueDeclareAsync("many", true, false, false, arguments, cancellationToken: Stop);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            arguments = arguments.Where(static one => one.Key != "x-message-ttl").ToDictionary();
            await scene.Owner.QueueDeclareAsync("many", true, false, false, arguments, cancellationToken: Stop);
            return false;
        }
    }

    // What a lost channel held is ready again a moment later.
    private static async Task<bool> IsDeliveredAsync(IChannel channel)
    {
        for (var question = 0; question < 10_000; question++)
        {
            if (await channel.BasicGetAsync("votes", autoAck: false, Stop) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private async Task<Scene> ConnectAsync(string queueType)
    {
        var address = await servers.CreateVirtualHostAsync(Stop);
        var broker = new Broker(
            new RabbitMqOptions { Uri = address.AbsoluteUri, QueueType = queueType }, TimeProvider.System);
        var owner = await new ConnectionFactory { Uri = address }.CreateConnectionAsync(Stop);
        return new Scene(
            address,
            broker,
            await broker.ConnectAsync("test", Stop),
            owner,
            await owner.CreateChannelAsync(cancellationToken: Stop));
    }

    private sealed record Scene(
        Uri Address, Broker Broker, IConnection Connection, IConnection OwnerConnection, IChannel Owner) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await OwnerConnection.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
