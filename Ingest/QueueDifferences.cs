namespace Votes.Ingest;

/// <summary>All that is known of how a queue which exists differs from the one that would be made. Pure.</summary>
/// <param name="All">The differences, in the order in which the broker names them.</param>
public sealed record QueueDifferences(IReadOnlyList<QueueDifference> All)
{
    /// <summary>Of a queue that is as it would be made.</summary>
    public static readonly QueueDifferences None = new([]);

    private const string Type = "x-queue-type";
    private const string Overflow = "x-overflow";
    private static readonly string[] Timed = ["x-message-ttl", "x-expires"];
    private static readonly string[] Bounded = ["x-max-length", "x-max-length-bytes"];

    /// <summary>Whether the queue is a stream.</summary>
    public bool IsStream => CurrentOf(Type) is "stream";

    /// <summary>Whether the queue is a classic one, which counts no deliveries.</summary>
    public bool IsClassic => CurrentOf(Type) is "classic";

    /// <summary>Whether the queue has no limit of its own, so that RabbitMQ 4 gives it one.</summary>
    public QueueDifference? MissingDeliveryLimit =>
        IsClassic ? null : All.FirstOrDefault(static one => one is { Argument: QueueArguments.DeliveryLimit, Current: null });

    /// <summary>The delivery limit that the queue was declared with, where it has one.</summary>
    public QueueDifference? OwnDeliveryLimit =>
        All.FirstOrDefault(static one => one is { Argument: QueueArguments.DeliveryLimit, Current: >= 0L });

    /// <summary>
    /// The arguments by which the broker drops messages, or the queue with them. A queue that is full does not, where it
    /// refuses publishers instead.
    /// </summary>
    public IEnumerable<QueueDifference> Dropping => All.Where(one => one.Current is not null
        && (Timed.Contains(one.Argument) || (Bounded.Contains(one.Argument) && !RefusesPublishers)));

    private bool RefusesPublishers =>
        CurrentOf(Overflow) is string overflow && overflow.StartsWith("reject-publish", StringComparison.Ordinal);

    /// <summary>The arguments to declare the queue with next, to learn of the next difference.</summary>
    /// <param name="arguments">Those of the declaration that was refused.</param>
    public Dictionary<string, object?> Adopt(IReadOnlyDictionary<string, object?> arguments)
    {
        var adopted = new Dictionary<string, object?>(arguments);
        foreach (var (argument, current, _) in All)
        {
            if (current is null)
            {
                adopted.Remove(argument);
            }
            else
            {
                adopted[argument] = current;
            }
        }

        if (IsClassic)
        {
            // Not a classic queue's: the broker would refuse it for that alone.
            adopted.Remove(QueueArguments.DeliveryLimit);
        }

        return adopted;
    }

    private object? CurrentOf(string argument) =>
        All.FirstOrDefault(one => one.Argument == argument)?.Current;
}
