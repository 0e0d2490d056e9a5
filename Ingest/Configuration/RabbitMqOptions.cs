using Votes.Security;

namespace Votes.Ingest.Configuration;

/// <summary>Where votes come from and how they are taken: section <c>RabbitMq</c>.</summary>
public sealed record RabbitMqOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "RabbitMq";

    /// <summary>The key of <see cref="CaFile"/>, for messages.</summary>
    internal const string CaFileKey = $"{Section}:{nameof(CaFile)}";

    /// <summary>
    /// The broker's address with user and password: <c>amqp://user:password@host:5672/vhost</c>, or amqps:// for TLS.
    /// </summary>
    public string Uri { get; init; } = "";

    /// <summary>
    /// The authorities that may vouch for the broker's certificate, a file in PEM; empty: those that the machine trusts.
    /// </summary>
    public string CaFile { get; init; } = "";

    /// <summary>The queue that votes arrive on.</summary>
    public string Queue { get; init; } = "votes.aggregation";

    /// <summary>
    /// The direct exchange that publishers send votes to, bound to <see cref="Queue"/> by the queue's name; empty: none is made.
    /// </summary>
    public string Exchange { get; init; } = "votes.in";

    /// <summary>The queue that poison messages and rejected votes go to.</summary>
    public string DeadLetterQueue { get; init; } = "votes.aggregation.dead";

    /// <summary>The type of a queue that has to be created: <c>quorum</c> or <c>classic</c>.</summary>
    public string QueueType { get; init; } = "quorum";

    /// <summary>How many lanes consume: each is a connection, a channel and a consumer.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>
    /// How many deliveries of a lane may be unacked. Covers what arrives during a flush, or the lane waits for it.
    /// </summary>
    public int PrefetchPerLane { get; init; } = 15_000;

    /// <summary>
    /// How many bytes the messages of a lane may hold. Where they are so large that prefetch would exceed it, the lane takes
    /// fewer at a time, at least one.
    /// </summary>
    public long MaxHeldBytesPerLane { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many messages make a full delivery batch.</summary>
    public int DeliveryBatchMessages { get; init; } = 100;

    /// <summary>How long a delivery batch waits to be full, from its first message on.</summary>
    public TimeSpan DeliveryBatchWait { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long one call to the broker may take before its connection is abandoned.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The heartbeat asked of the broker; a connection that is silent for two of them is dead.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The shortest wait before connecting again.</summary>
    public TimeSpan ReconnectMinDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait before connecting again.</summary>
    public TimeSpan ReconnectMaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a lane without deliveries asks the broker whether messages wait for it.</summary>
    public TimeSpan StallCheckPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many dead letters may be on their way to the broker at once.</summary>
    public int DeadLettersInFlight { get; init; } = 256;

    /// <summary>How often dead letters that the broker refuses for what they hold are tried again.</summary>
    public TimeSpan HeldLettersRetryPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Throws where a lane would be given up before it is known why nothing becomes durable.</summary>
    /// <param name="responseTimeout">How long a call to a grain may take.</param>
    /// <exception cref="InvalidConfigurationException">Names each key, value and bound.</exception>
    public void ValidateAgainst(TimeSpan responseTimeout)
    {
        var known = responseTimeout + TimeSpan.FromSeconds(1) > CallTimeout
            ? responseTimeout + TimeSpan.FromSeconds(1)
            : CallTimeout;
        new OptionRules(Section)
            .Require(
                2 * StallCheckPeriod > known,
                nameof(StallCheckPeriod),
                $"is {StallCheckPeriod}; twice that must be more than Cluster:ResponseTimeout, {responseTimeout}, and a second, and "
                + $"more than RabbitMq:CallTimeout, {CallTimeout}")
            .ThrowIfBroken();
    }

    /// <summary>Throws where an option is out of its bounds.</summary>
    /// <exception cref="InvalidConfigurationException">Names each key, value and bound.</exception>
    public void Validate()
    {
        var isAddress = BrokerUri.TryParse(Uri, out var uri);
        new OptionRules(Section)
            // The value may hold a password, so it is not told.
            .Require(isAddress, nameof(Uri), $"must be an address such as {BrokerUri.Form}")
            .Add(isAddress ? BrokerTls.Problem(uri!, CaFile, CaFileKey) : null)
            .NotBlank(nameof(Queue), Queue)
            .NotBlank(nameof(DeadLetterQueue), DeadLetterQueue)
            .Require(
                DeadLetterQueue != Queue,
                nameof(DeadLetterQueue),
                $"is {DeadLetterQueue}; it must be another queue than {Section}:{nameof(Queue)}")
            .Require(
                QueueType is "quorum" or "classic", nameof(QueueType), $"is {QueueType}; it must be quorum or classic")
            .Between(nameof(Lanes), Lanes, 1, 64)
            .Between(nameof(PrefetchPerLane), PrefetchPerLane, 1, ushort.MaxValue)
            .Between(nameof(MaxHeldBytesPerLane), MaxHeldBytesPerLane, 1024 * 1024, 64L * 1024 * 1024 * 1024)
            .Between(nameof(DeliveryBatchMessages), DeliveryBatchMessages, 1, 10_000)
            .Between(
                nameof(DeliveryBatchWait), DeliveryBatchWait, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10))
            .Between(nameof(CallTimeout), CallTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1))
            .Between(nameof(Heartbeat), Heartbeat, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1))
            .Between(
                nameof(ReconnectMinDelay), ReconnectMinDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1))
            .Between(
                nameof(ReconnectMaxDelay), ReconnectMaxDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5))
            .NotLess(nameof(ReconnectMaxDelay), ReconnectMaxDelay, nameof(ReconnectMinDelay), ReconnectMinDelay)
            .Between(nameof(StallCheckPeriod), StallCheckPeriod, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))
            .Between(nameof(DeadLettersInFlight), DeadLettersInFlight, 1, 4096)
            .Between(
                nameof(HeldLettersRetryPeriod),
                HeldLettersRetryPeriod,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromHours(1))
            .ThrowIfBroken();
    }
}
