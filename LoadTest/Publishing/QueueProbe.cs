using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Votes.LoadTest.Publishing;

/// <summary>
/// Asks for the depth of queues over one connection, which it opens anew when it is lost. For one caller.
/// </summary>
internal sealed class QueueProbe(Broker broker) : IAsyncDisposable
{
    private const int NotFound = 404;

    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>Messages ready in a queue, without those a consumer holds; null where there is no such queue.</summary>
    public async Task<long?> DepthAsync(string queue, CancellationToken cancellationToken)
    {
        using var limit = broker.Limit(cancellationToken);
        if (_connection is not { IsOpen: true })
        {
            await DisposeAsync();
            _connection = await broker.ConnectAsync("probe", limit.Token);
        }

        if (_channel is not { IsOpen: true })
            _channel = await _connection.CreateChannelAsync(cancellationToken: limit.Token).WaitAsync(limit.Token);
        try
        {
            var declared = await _channel.QueueDeclarePassiveAsync(queue, limit.Token).WaitAsync(limit.Token);
            return declared.MessageCount;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            // The broker closes the channel of whoever asks for a queue that is not there.
            _channel = null;
            return null;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _channel = null;
        if (_connection is { } connection)
            await broker.CloseAsync(connection);
        _connection = null;
    }
}
