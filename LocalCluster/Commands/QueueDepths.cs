using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Votes.Security;

namespace Votes.LocalCluster.Commands;

/// <summary>Asks the broker how many messages wait in the queues of this project.</summary>
internal static class QueueDepths
{
    private const ushort NotFound = 404;

    private static readonly string[] Queues = ["votes.aggregation", "votes.aggregation.dead"];

    /// <summary>Messages ready in each queue; null for a queue that does not exist.</summary>
    public static async Task<IReadOnlyList<KeyValuePair<string, long?>>> ReadAsync(
        ClusterAddresses addresses, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = addresses.AmqpUrl,
            Ssl = BrokerTls.For(addresses.AmqpUrl, addresses.AmqpCaFile, "AMQP_CA_FILE"),
            AutomaticRecoveryEnabled = false,
        };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        var depths = new List<KeyValuePair<string, long?>>();
        foreach (var queue in Queues)
            depths.Add(new(queue, await DepthAsync(connection, queue, cancellationToken)));
        return depths;
    }

    // The broker closes a channel that asks for a queue that is not there: one channel a question.
    private static async Task<long?> DepthAsync(
        IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == NotFound)
        {
            return null;
        }
    }
}
