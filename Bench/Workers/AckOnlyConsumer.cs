using RabbitMQ.Client;

namespace Votes.Bench.Workers;

/// <summary>Counts deliveries and acks them, many at once.</summary>
internal sealed class AckOnlyConsumer(IChannel channel, long messages, long warmUp, TimeProvider time)
    : AsyncDefaultBasicConsumer(channel)
{
    private const int MessagesPerAck = 1_000;

    private readonly TaskCompletionSource<WorkerReport> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long _received;
    private long _atMark;
    private DateTimeOffset? _markedAt;

    /// <summary>Completes when the last message is acked.</summary>
    public Task<WorkerReport> Done => _done.Task;

    /// <inheritdoc/>
    public override async Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        _received++;
        if (_received % MessagesPerAck != 0 && _received != messages)
            return;
        await Channel.BasicAckAsync(deliveryTag, multiple: true, cancellationToken);
        var now = time.GetUtcNow();
        if (_markedAt is null && _received >= warmUp)
            (_markedAt, _atMark) = (now, _received);
        if (_received == messages)
            _done.TrySetResult(new WorkerReport(_markedAt ?? now, now, _received - _atMark));
    }
}
