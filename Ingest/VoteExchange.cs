using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Votes.Ingest.Configuration;

namespace Votes.Ingest;

/// <summary>
/// The exchange that publishers send votes to. The broker grants rights by exchange: an account that may write to this one,
/// and to nothing else, can neither forge a dead letter nor reach any other queue. The default exchange goes on to work for
/// accounts that may use it.
/// </summary>
public static class VoteExchange
{
    /// <summary>
    /// Makes the exchange where there is none, and binds the queue to it by the queue's name. A queue that was deleted has lost
    /// its binding, so this follows each declaration of the queue.
    /// </summary>
    /// <returns>What the broker says where it refuses; null where it does not.</returns>
    public static async Task<string?> EnsureAsync(
        Broker broker, IConnection connection, RabbitMqOptions options, CancellationToken cancellationToken)
    {
        if (options.Exchange.Length == 0)
        {
            return null;
        }

        // The broker closes a channel whose request it refuses, so this one is used for nothing else.
        var channel = await broker.CallAsync(
            token => connection.CreateChannelAsync(null, token), cancellationToken);
        try
        {
            await broker.CallAsync(
                token => channel.ExchangeDeclareAsync(
                    options.Exchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: token),
                cancellationToken);
            await broker.CallAsync(
                token => channel.QueueBindAsync(
                    options.Queue, options.Exchange, routingKey: options.Queue, cancellationToken: token),
                cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { } reason && connection.IsOpen)
        {
            return reason.ReplyText;
        }

        await broker.CloseAsync(channel, cancellationToken);
        return null;
    }
}
