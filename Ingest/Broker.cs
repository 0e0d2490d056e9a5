using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Votes.Ingest.Configuration;

namespace Votes.Ingest;

/// <summary>
/// Connections to the broker, and calls to it that always end: the client's own calls can wait for ever on a connection
/// whose socket has died.
/// </summary>
/// <param name="options">Address and limits.</param>
/// <param name="time">The clock of the limits.</param>
public sealed class Broker(RabbitMqOptions options, TimeProvider time)
{
    // More than any broker lets through: a message over the client's own limit would close the connection, and the
    // broker would deliver it again, for ever. It is poison, and goes the way of poison.
    private const uint MaxInboundBytes = 1024 * 1024 * 1024;
    private const ushort NotFound = 404;

    private readonly ConnectionFactory _factory = new()
    {
        Uri = new Uri(options.Uri),
        // A lane owns its reconnect: the client's recovery would mix deliveries of the old and the new channel.
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        RequestedHeartbeat = options.Heartbeat,
        RequestedConnectionTimeout = options.CallTimeout,
        ContinuationTimeout = options.CallTimeout,
        MaxInboundMessageBodySize = MaxInboundBytes,
    };

    /// <summary>Opens a connection.</summary>
    /// <param name="name">Its name in the broker's lists.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">It took longer than a call may.</exception>
    public Task<IConnection> ConnectAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(token => _factory.CreateConnectionAsync(name, token), cancellationToken);

    /// <summary>
    /// Makes a queue where there is none; one that exists is used as it is, since to declare it with other arguments is
    /// an error.
    /// </summary>
    public async Task EnsureQueueAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        if (await ReadyMessagesAsync(connection, queue, cancellationToken) is not null)
        {
            return;
        }

        var channel = await OpenChannelAsync(connection, cancellationToken);
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = options.QueueType };
        await CallAsync(
            token => channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: token),
            cancellationToken);
        await CloseAsync(channel, cancellationToken);
    }

    /// <summary>How many messages wait in a queue; null where there is no such queue.</summary>
    public async Task<uint?> ReadyMessagesAsync(
        IConnection connection, string queue, CancellationToken cancellationToken)
    {
        // The broker closes a channel that asks for a queue which does not exist, so this one is thrown away.
        var channel = await OpenChannelAsync(connection, cancellationToken);
        try
        {
            var declared = await CallAsync(
                token => channel.QueueDeclarePassiveAsync(queue, token), cancellationToken);
            await CloseAsync(channel, cancellationToken);
            return declared.MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
        {
            return null;
        }
    }

    /// <summary>Makes one call that must end within <see cref="RabbitMqOptions.CallTimeout"/>.</summary>
    /// <exception cref="TimeoutException">It did not; abandon the connection.</exception>
    public async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // The wait ends with the token even where the call itself does not heed it.
            return await call(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker did not answer within {options.CallTimeout}.", e);
        }
    }

    /// <summary>Makes one call that must end within <see cref="RabbitMqOptions.CallTimeout"/>.</summary>
    /// <exception cref="TimeoutException">It did not; abandon the connection.</exception>
    public Task CallAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        CallAsync(
            async token =>
            {
                await call(token);
                return true;
            },
            cancellationToken);

    /// <summary>Closes a channel with a farewell; what was sent on it has arrived when this returns.</summary>
    public Task CloseAsync(IChannel channel, CancellationToken cancellationToken) =>
        CallAsync(token => channel.CloseAsync(token), cancellationToken);

    /// <summary>
    /// Gives a connection up without waiting for it: closing one whose socket is dead can take for ever.
    /// </summary>
    public void Abandon(IConnection connection)
    {
        // Observes its own failures.
        _ = Task.Run(AbortAsync);

        async Task AbortAsync()
        {
            try
            {
                await connection.AbortAsync(options.CallTimeout).WaitAsync(options.CallTimeout, time);
                await connection.DisposeAsync().AsTask().WaitAsync(options.CallTimeout, time);
            }
            catch (Exception)
            {
                // The connection is of no use any more, whatever it says.
            }
        }
    }

    private Task<IChannel> OpenChannelAsync(IConnection connection, CancellationToken cancellationToken) =>
        CallAsync(token => connection.CreateChannelAsync(null, token), cancellationToken);
}
