namespace Votes.Ingest;

/// <summary>
/// A queue that exists and must not be used: what waits in it would be lost with the broker's next restart or with the
/// connection of its owner, or would never be delivered.
/// </summary>
public sealed class UnusableQueueException : Exception
{
    private static readonly string[] Properties = ["'durable'", "'auto_delete'", "'exclusive'"];

    /// <summary>Creates the exception.</summary>
    public UnusableQueueException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public UnusableQueueException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public UnusableQueueException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="brokerSays">How the broker refused to declare it.</param>
    public UnusableQueueException(string queue, string brokerSays)
        : base(
            $"The queue {queue} must be durable, not exclusive and not auto-delete, or the messages in it are lost with the "
            + "broker or with a connection. The one that exists is not: "
            + $"{brokerSays} Delete it once it is empty, and start this process again: it makes the queue.")
    {
    }

    /// <summary>The exception for a stream.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="brokerSays">How the broker refused to declare it.</param>
    public static UnusableQueueException OfStream(string queue, string brokerSays) => new(
        $"The queue {queue} is of type stream, and must be of type quorum or classic. A consumer of a stream begins with what "
        + "comes next, so votes that arrive while no Ingest is connected would never be counted, and acks take nothing out of "
        + $"it. {brokerSays} Give RabbitMq:Queue and RabbitMq:DeadLetterQueue the names of other queues, and publish there.");

    /// <summary>Tells whether the broker's refusal to declare a queue names one of the properties that make it last.</summary>
    public static bool Names(string brokerSays) =>
        Properties.Any(property => brokerSays.Contains(property, StringComparison.Ordinal));
}
