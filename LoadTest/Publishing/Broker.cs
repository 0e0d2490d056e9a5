using System.Net.Sockets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Votes.Ingest;
using Votes.Security.Amqp;

namespace Votes.LoadTest.Publishing;

/// <summary>
/// Connections to the broker under load. The client can wait for ever after a socket failed, so each call here has a
/// time limit, and a connection that does not close in time is left behind.
/// </summary>
internal sealed class Broker(Endpoints endpoints, LoadSettings settings, TimeProvider time)
{
    private const int PlainPort = 5672;
    private const int SecurePort = 5671;
    private const int NotFound = 404;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>The broker's address as a message may show it: no password.</summary>
    public string Address { get; } = $"{endpoints.AmqpUrl.Host}:{PortOf(endpoints.AmqpUrl)}";

    /// <summary>Whether another connection may succeed where this call failed.</summary>
    public static bool IsTransient(Exception exception) =>
        exception is RabbitMQClientException or IOException or SocketException or TimeoutException
            or OperationCanceledException or ObjectDisposedException;

    /// <summary>
    /// Opens a connection that does not recover by itself: whoever holds it decides what to send again.
    /// </summary>
    public async Task<IConnection> ConnectAsync(string name, CancellationToken cancellationToken)
    {
        var factory = BrokerFactory.Create(endpoints.AmqpUrl, endpoints.AmqpCaFile, "AMQP_CA_FILE");
        factory.RequestedHeartbeat = Heartbeat;
        factory.RequestedConnectionTimeout = settings.BrokerTimeout;
        factory.ContinuationTimeout = settings.BrokerTimeout;
        factory.ClientProvidedName = $"votes-load-test {name}";
        using var limit = Limit(cancellationToken);
        return await factory.CreateConnectionAsync(limit.Token).WaitAsync(limit.Token);
    }

    /// <summary>A token that ends a broker call when its time is up.</summary>
    public CancellationTokenSource Limit(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.BrokerTimeout);
        return limit;
    }

    /// <summary>Declares the queue that votes go to where it is missing; an existing one stays as it is.</summary>
    /// <exception cref="LoadFailedException">The broker is not reachable or refuses; says which address.</exception>
    public async Task EnsureQueueAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var probe = new QueueProbe(this);
            if (await probe.DepthAsync(endpoints.Queue, cancellationToken) is not null)
                return;

            using var limit = Limit(cancellationToken);
            var connection = await ConnectAsync("declare", limit.Token);
            try
            {
                var channel = await connection.CreateChannelAsync(cancellationToken: limit.Token);
                await channel.QueueDeclareAsync(endpoints.Queue, durable: true, exclusive: false, autoDelete: false,
                    QueueArguments.For(connection, settings.QueueType),
                    cancellationToken: limit.Token);
                if (endpoints.Exchange is null && await HasVotesExchangeAsync(connection, limit.Token))
                {
                    await channel.QueueBindAsync(endpoints.Queue, Endpoints.VotesExchange, endpoints.Queue,
                        cancellationToken: limit.Token);
                }
            }
            finally
            {
                await CloseAsync(connection);
            }
        }
        catch (Exception exception) when (IsTransient(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(exception);
        }
    }

    /// <summary>Whether the broker has the exchange that Ingests make for publishers.</summary>
    public static async Task<bool> HasVotesExchangeAsync(IConnection connection, CancellationToken cancellationToken)
    {
        // The broker closes the channel of whoever asks for an exchange that is not there.
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken)
            .WaitAsync(cancellationToken);
        try
        {
            await channel.ExchangeDeclarePassiveAsync(Endpoints.VotesExchange, cancellationToken)
                .WaitAsync(cancellationToken);
            await channel.CloseAsync(cancellationToken).WaitAsync(cancellationToken);
            return true;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            return false;
        }
    }

    /// <summary>The failure to report when the broker does not answer.</summary>
    public LoadFailedException Unreachable(Exception cause) =>
        new($"the broker at {Address} is not reachable or refuses: {Innermost(cause).Message}", cause);

    /// <summary>Closes a connection within its time limit, or leaves it behind.</summary>
    public async Task CloseAsync(IConnection connection)
    {
        try
        {
            // No caller's token: closing must happen when the caller was cancelled, and has its own limit.
            await connection.CloseAsync(200, "done", CloseTimeout, abort: true, CancellationToken.None)
                .WaitAsync(CloseTimeout, time, CancellationToken.None);
            await connection.DisposeAsync().AsTask().WaitAsync(CloseTimeout, time, CancellationToken.None);
        }
        catch (Exception exception) when (IsTransient(exception))
        {
            // The connection is lost already; there is nothing left to close.
        }
    }

    private static int PortOf(Uri address) =>
        address.Port > 0 ? address.Port : address.Scheme == "amqps" ? SecurePort : PlainPort;

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
