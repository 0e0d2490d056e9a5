using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Votes.Ingest.Lanes;

/// <summary>
/// Watches how often messages of one lane were delivered before. A broker that has a limit drops a message above it, and a
/// policy can set one that a client cannot see: the count is the only warning. It outlives the lane's connections.
/// </summary>
/// <param name="lane">The lane's name.</param>
/// <param name="metrics">Where the largest count is shown.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Warns.</param>
public sealed partial class RedeliveryWatch(string lane, LaneMetrics metrics, TimeProvider time, ILogger log)
{
    /// <summary>Half of the deliveries after which RabbitMQ 4 drops a message by default.</summary>
    public const int WarnAt = 10;

    private const string DeliveryCount = "x-delivery-count";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly RecentMaximum _recent = new(Window, time);
    private long _warnAt = WarnAt;

    /// <summary>Takes the properties of a message that was delivered before.</summary>
    public void Redelivered(IReadOnlyBasicProperties properties)
    {
        // A quorum queue counts; a classic one does not.
        if (properties.Headers?.TryGetValue(DeliveryCount, out var value) is not true || CountOf(value) is not { } count)
        {
            return;
        }

        _recent.Add(count);
        if (count >= _warnAt)
        {
            // Whole prefetches come again together, and again: the log hears of it when the count has doubled.
            _warnAt = 2 * count;
            metrics.Redeliveries(_recent.Value);
            LogOften(log, lane, count);
        }
    }

    /// <summary>Shows the largest count of the last minutes.</summary>
    public void Show()
    {
        var largest = _recent.Value;
        metrics.Redeliveries(largest);
        if (largest < WarnAt)
        {
            // It is over; the next time is worth a warning of its own.
            _warnAt = WarnAt;
        }
    }

    private static long? CountOf(object? value) => value switch
    {
        long count => count,
        int count => count,
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Lane} was delivered a message that had been delivered {Count} times before and was never acked. A queue or a policy "
        + "with a delivery limit drops it above the limit (20 by default in RabbitMQ 4), and it would not be counted: see "
        + "VotesRedeliveredOften in docs/OPERATIONS.md.")]
    private static partial void LogOften(ILogger log, string lane, long count);
}
