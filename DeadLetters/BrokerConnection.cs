using System.Net.Sockets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Votes.Security.Amqp;

namespace Votes.DeadLetters;

/// <summary>
/// A connection to the broker on which each call has a time limit: the client's own calls can wait for ever. It does not
/// recover by itself: what was unacked is back in the queue then, and the command is to be run again.
/// </summary>
public sealed class BrokerConnection : IAsyncDisposable
{
    private const uint MaxInboundBytes = 1024 * 1024 * 1024;
    private const ushort NotFound = 404;
    private const ushort Locked = 405;
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly IConnection _connection;

    private BrokerConnection(IConnection connection) => _connection = connection;

    /// <summary>Connects.</summary>
    /// <exception cref="DeadLettersException">The broker is not there, or refuses the user.</exception>
    public static async Task<BrokerConnection> OpenAsync(BrokerAddress address, CancellationToken cancellationToken)
    {
        var factory = BrokerFactory.Create(
            address.Uri, address.CaFile, "the file of authorities (RabbitMq:CaFile, AMQP_CA_FILE)");
        factory.RequestedHeartbeat = Heartbeat;
        factory.RequestedConnectionTimeout = CallLimit;
        factory.ContinuationTimeout = CallLimit;
        factory.MaxInboundMessageBodySize = MaxInboundBytes;
        factory.ClientProvidedName = "votes ops";
        try
        {
            return new(await CallAsync(factory.CreateConnectionAsync, cancellationToken));
        }
        catch (Exception exception) when (IsOfTheBroker(exception))
        {
            throw new DeadLettersException(
                $"the broker at {address.Shown} is not reachable or refuses: {Innermost(exception).Message}",
                isUnusable: true,
                exception);
        }
    }

    /// <summary>Makes one call that must end within the time limit.</summary>
    /// <exception cref="TimeoutException">It did not.</exception>
    public static async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(CallLimit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // The wait ends with the token even where the call itself does not heed it.
            return await call(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"The broker did not answer within {CallLimit.TotalSeconds:0} s; it may be out of memory or disk.", exception);
        }
    }

    /// <summary>Whether an exception is the broker's or the network's doing.</summary>
    public static bool IsOfTheBroker(Exception exception) =>
        exception is RabbitMQClientException or IOException or SocketException or TimeoutException
            or ObjectDisposedException;

    /// <summary>What an exception comes down to, in one sentence.</summary>
    public static string Tell(Exception exception) => Innermost(exception).Message;

    /// <summary>Opens a channel on which publishing waits for the broker's confirm.</summary>
    public Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken) => CallAsync(
        token => _connection.CreateChannelAsync(new CreateChannelOptions(true, true), token), cancellationToken);

    /// <summary>How many messages wait in a queue.</summary>
    /// <exception cref="DeadLettersException">There is no such queue.</exception>
    public async Task<uint> ReadyAsync(string queue, CancellationToken cancellationToken) =>
        (await DepthAsync(queue, cancellationToken)).Ready;

    /// <summary>How many messages wait in a queue, and how many consumers it has.</summary>
    /// <exception cref="DeadLettersException">There is no such queue.</exception>
    public async Task<(uint Ready, uint Consumers)> DepthAsync(string queue, CancellationToken cancellationToken)
    {
        var channel = await OpenChannelAsync(cancellationToken);
        try
        {
            var declared = await CallAsync(token => channel.QueueDeclarePassiveAsync(queue, token), cancellationToken);
            await channel.CloseAsync(cancellationToken);
            return (declared.MessageCount, declared.ConsumerCount);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            throw new DeadLettersException($"the broker has no queue {queue}", isUnusable: true, exception);
        }
    }

    /// <summary>
    /// Makes sure that only one walks the dead letters: two at once would each see the other's letters twice. The lock is
    /// an empty queue that belongs to this connection, and goes with it however it ends.
    /// </summary>
    /// <exception cref="DeadLettersException">Another one is at it.</exception>
    public async Task LockAsync(string queue, CancellationToken cancellationToken)
    {
        var channel = await OpenChannelAsync(cancellationToken);
        try
        {
            await CallAsync(
                token => channel.QueueDeclareAsync(
                    $"{queue}.ops", durable: false, exclusive: true, autoDelete: true, cancellationToken: token),
                cancellationToken);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Locked)
        {
            throw new DeadLettersException(
                $"another Ops is walking {queue} right now; try again when it is done", isUnusable: false, exception);
        }
    }

    /// <summary>Closes the connection within a time limit, or leaves it behind.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // No caller's token: closing must happen when the caller was cancelled, and has its own limit.
            await _connection.CloseAsync(200, "done", CloseLimit, abort: true, CancellationToken.None)
                .WaitAsync(CloseLimit, TimeProvider.System, CancellationToken.None);
            await _connection.DisposeAsync().AsTask().WaitAsync(CloseLimit, TimeProvider.System, CancellationToken.None);
        }
        catch (Exception exception) when (IsOfTheBroker(exception) || exception is OperationCanceledException)
        {
            // The connection is lost already; there is nothing left to close.
        }
    }

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
