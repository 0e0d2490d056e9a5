using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace Votes.Ingest;

/// <summary>
/// The arguments with which queues of votes are declared. RabbitMQ 4 drops a message of a quorum queue that was delivered
/// more than 20 times, and each lost connection spends one delivery of all that was prefetched: an outage of hours would
/// lose votes. The limit is switched off by the argument -1, which RabbitMQ 3 takes for 0 and must not be given.
/// </summary>
/// <remarks>https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling</remarks>
internal static class QueueArguments
{
    /// <summary>The argument that limits deliveries.</summary>
    public const string DeliveryLimit = "x-delivery-limit";

    private const int FirstMajorWithLimit = 4;
    private const int NoLimit = -1;

    /// <summary>The arguments for the broker at the other end of a connection.</summary>
    public static Dictionary<string, object?> For(IConnection connection, string queueType)
    {
        var version = connection.ServerProperties?.TryGetValue("version", out var value) is true ? value as byte[] : null;
        return For(version is null ? "" : Encoding.UTF8.GetString(version), queueType);
    }

    /// <summary>The arguments for a broker of a version, such as "4.1.3".</summary>
    public static Dictionary<string, object?> For(string version, string queueType)
    {
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = queueType };
        if (queueType == "quorum"
            && int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && major >= FirstMajorWithLimit)
        {
            arguments[DeliveryLimit] = NoLimit;
        }

        return arguments;
    }
}
