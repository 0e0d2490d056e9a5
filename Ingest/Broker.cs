using System.Net.Sockets;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Votes.Ingest.Configuration;
using Votes.Security.Amqp;

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
    private const ushort AccessRefused = 403;
    private const ushort NotFound = 404;
    private const ushort ResourceLocked = 405;
    private const ushort PreconditionFailed = 406;

    private readonly ConnectionFactory _factory = Factory(options, read: null);
    private readonly ConnectionFactory _consumers = Factory(
        options, socket => new CoalescingStream(socket, time));

    /// <summary>Opens a connection.</summary>
    /// <param name="name">Its name in the broker's lists.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">It took longer than a call may.</exception>
    public Task<IConnection> ConnectAsync(string name, CancellationToken cancellationToken) =>
        ConnectAsync(_factory, name, cancellationToken);

    /// <summary>Opens a connection for very many deliveries: see <see cref="CoalescingStream"/>.</summary>
    /// <param name="name">Its name in the broker's lists.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">It took longer than a call may.</exception>
    public Task<IConnection> ConnectConsumerAsync(string name, CancellationToken cancellationToken) =>
        ConnectAsync(_consumers, name, cancellationToken);

    private async Task<IConnection> ConnectAsync(
        ConnectionFactory factory, string name, CancellationToken cancellationToken)
    {
        Task<IConnection>? connecting = null;
        try
        {
            return await CallAsync(
                token => connecting = factory.CreateConnectionAsync(name, token), cancellationToken);
        }
        catch when (connecting is not null)
        {
            // One that comes late after all would stay open, with its heartbeats, and nobody would know of it. Observes
            // its own failures.
            _ = AbandonLateAsync(connecting);
            throw;
        }

        async Task AbandonLateAsync(Task<IConnection> late)
        {
            try
            {
                Abandon(await late);
            }
            catch (Exception)
            {
                // It did not come at all.
            }
        }
    }

    /// <summary>
    /// Makes a durable queue where there is none. One that exists is used whatever its type and other arguments, but it
    /// must outlive the broker and its connections.
    /// </summary>
    /// <returns>
    /// In what the one which exists differs from what would be made. The broker names one argument at a time, so the queue is
    /// declared again with what it has of that one, until nothing differs.
    /// </returns>
    /// <exception cref="UnusableQueueException">
    /// It does not, or belongs to another connection alone, or is a stream.
    /// </exception>
    public async Task<QueueDifferences> EnsureQueueAsync(
        IConnection connection, string queue, CancellationToken cancellationToken)
    {
        var arguments = QueueArguments.For(connection, options.QueueType);
        var differences = QueueDifferences.None;
        while (await DeclareAsync(connection, queue, arguments, cancellationToken) is { } brokerSays
            && QueueDifference.Read(brokerSays) is { } next
            && differences.All.All(known => known.Argument != next.Argument))
        {
            differences = new QueueDifferences([.. differences.All, next]);
            if (differences.IsStream)
            {
                throw UnusableQueueException.OfStream(queue, brokerSays);
            }

            arguments = differences.Adopt(arguments);
        }

        return differences;
    }

    /// <summary>Declares a queue.</summary>
    /// <returns>How the broker says that the one which exists differs; null where it does not.</returns>
    private async Task<string?> DeclareAsync(
        IConnection connection, string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        // To declare is the only way to learn of durability; a channel that is told no is closed, so it is thrown away.
        var channel = await OpenChannelAsync(connection, cancellationToken);
        try
        {
            await CallAsync(
                token => channel.QueueDeclareAsync(
                    queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: token),
                cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { } reason)
        {
            await JudgeAsync(connection, queue, reason, cancellationToken);
            return reason.ReplyCode == PreconditionFailed ? reason.ReplyText : null;
        }

        await CloseAsync(channel, cancellationToken);
        return null;
    }

    /// <summary>Tells what the broker's refusal to declare a queue says of the queue.</summary>
    private async Task JudgeAsync(
        IConnection connection, string queue, ShutdownEventArgs reason, CancellationToken cancellationToken)
    {
        switch (reason.ReplyCode)
        {
            // The broker compares durability before the type and all other arguments, and names the first that differs.
            case PreconditionFailed when !UnusableQueueException.Names(reason.ReplyText):
                return;
            case PreconditionFailed or ResourceLocked:
                throw new UnusableQueueException(queue, reason.ReplyText);

            // A user who may not declare queues may well consume them.
            case AccessRefused when await LookAtAsync(connection, queue, cancellationToken) is not null:
                return;
            default:
                throw new OperationInterruptedException(reason);
        }
    }

    /// <summary>A queue's messages that wait and its consumers; null where there is no such queue.</summary>
    public async Task<QueueDeclareOk?> LookAtAsync(
        IConnection connection, string queue, CancellationToken cancellationToken)
    {
        // The broker closes a channel that asks for a queue which does not exist, so this one is thrown away.
        var channel = await OpenChannelAsync(connection, cancellationToken);
        try
        {
            var declared = await CallAsync(
                token => channel.QueueDeclarePassiveAsync(queue, token), cancellationToken);
            await CloseAsync(channel, cancellationToken);
            return declared;
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
            // Each has a limit of its own: where the farewell hangs, the socket is still to be closed.
            await BoundedAsync(() => connection.AbortAsync(options.CallTimeout));
            await BoundedAsync(() => connection.DisposeAsync().AsTask());
        }

        async Task BoundedAsync(Func<Task> end)
        {
            try
            {
                await end().WaitAsync(options.CallTimeout, time);
            }
            catch (Exception)
            {
                // The connection is of no use any more, whatever it says.
            }
        }
    }

    private Task<IChannel> OpenChannelAsync(IConnection connection, CancellationToken cancellationToken) =>
        CallAsync(token => connection.CreateChannelAsync(null, token), cancellationToken);

    private static ConnectionFactory Factory(RabbitMqOptions options, Func<Socket, NetworkStream>? read)
    {
        // It does not recover by itself, since a lane owns its reconnect: the client's recovery would mix deliveries of the
        // old and the new channel.
        var factory = BrokerFactory.Create(new Uri(options.Uri), options.CaFile, RabbitMqOptions.CaFileKey, read);
        factory.RequestedHeartbeat = options.Heartbeat;
        factory.RequestedConnectionTimeout = options.CallTimeout;
        factory.ContinuationTimeout = options.CallTimeout;
        factory.MaxInboundMessageBodySize = MaxInboundBytes;
        return factory;
    }
}
