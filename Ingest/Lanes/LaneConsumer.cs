using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Votes.Ingest.Lanes;

/// <summary>
/// Takes the deliveries of one channel in the client's callback, where alone their bytes are valid. Nothing in it
/// waits: the channel has one dispatch loop.
/// </summary>
/// <param name="channel">The channel.</param>
/// <param name="intake">Takes the deliveries.</param>
/// <param name="redeliveries">Sees the messages that were delivered before.</param>
/// <param name="onLost">Told that nothing more will come, and why.</param>
internal sealed class LaneConsumer(
    IChannel channel, DeliveryIntake intake, RedeliveryWatch redeliveries, Action<string, Exception?> onLost)
    : AsyncDefaultBasicConsumer(channel)
{
    private readonly TaskCompletionSource _tookAll = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Ends when the consumer is cancelled, as it was asked, and has taken the last delivery. The answer to the request alone
    /// does not say that: the client gives it while deliveries that came before still wait for their callback.
    /// </summary>
    public Task TookAll => _tookAll.Task;

    /// <inheritdoc/>
    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        try
        {
            if (redelivered)
            {
                redeliveries.Redelivered(properties);
            }

            if (!intake.Add(deliveryTag, properties, body.Span))
            {
                onLost("its messages hold more than RabbitMq:MaxHeldBytesPerLane; prefetch is lowered", null);
            }
        }
        catch (Exception e)
        {
            // The client would swallow it and the delivery stay unacked for ever: give the whole channel back instead.
            onLost("a delivery could not be taken", e);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        _tookAll.TrySetResult();
        return base.HandleBasicCancelOkAsync(consumerTag, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        onLost("the broker cancelled the consumer", null);
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        onLost($"the channel was closed: {reason.ReplyCode} {reason.ReplyText}", reason.Exception);
        return base.HandleChannelShutdownAsync(channel, reason);
    }
}
