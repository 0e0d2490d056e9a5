using RabbitMQ.Client;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.LocalCluster;

[NeedsServers]
public sealed class RabbitMqServerTests : IAsyncLifetime
{
    private readonly LocalFolder _folder = LocalFolder.ForTests("rabbitmq");
    private readonly RabbitMqServer _server;

    public RabbitMqServerTests() => _server = TestServers.NewRabbitMq(_folder);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Confirmed_message_is_there_after_a_kill()
    {
        await _server.StartAsync(Cancel);
        await using (var connection = await new ConnectionFactory { Uri = _server.Uri() }.CreateConnectionAsync(Cancel))
        await using (var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel))
        {
            await channel.QueueDeclareAsync(
                "kept", durable: true, exclusive: false, autoDelete: false,
                arguments: new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: Cancel);
            await channel.BasicPublishAsync("", "kept", mandatory: true, "one"u8.ToArray(), Cancel);
        }

        // The broker writes down that a new quorum queue exists within half a second; one that is killed before never
        // finds the queue again, confirmed or not. What is tested here is a queue that has been there for longer.
        await _server.ControlAsync(["eval", "[dets:sync(Table) || Table <- dets:all()]."], Cancel);
        await _server.KillAsync(Cancel);
        Assert.False(_server.IsRunning);
        await _server.StartAsync(Cancel);

        await using var again = await new ConnectionFactory { Uri = _server.Uri() }.CreateConnectionAsync(Cancel);
        await using var reader = await again.CreateChannelAsync(cancellationToken: Cancel);
        // The depth that a passive declare tells is 0 for a while after a start, whatever the queue holds.
        var message = await reader.BasicGetAsync("kept", autoAck: true, Cancel);
        Assert.Equal("one"u8.ToArray(), message?.Body.ToArray());
    }

    [Fact]
    public async Task Stop_leaves_no_process_behind()
    {
        await _server.StartAsync(Cancel);
        Assert.Equal("votes", (await _server.ControlAsync(["list_users", "--no-table-headers"], Cancel)).Split('\t')[0]);

        await _server.StopAsync(Cancel);

        Assert.Empty(ProcessFile.Alive(_folder.Root));
    }
}
