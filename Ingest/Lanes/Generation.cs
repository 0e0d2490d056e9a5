namespace Votes.Ingest.Lanes;

/// <summary>
/// What one channel delivered and what of it may be acked. When the channel is lost its generation retires: the broker
/// delivers the same messages again, so votes of a retired generation that were not sent yet are dropped, and nothing
/// of it is acked. Owns the channel's <see cref="AckTracker"/>; safe for use by several threads.
/// </summary>
/// <param name="prefetch">How many deliveries of the channel may be unacked.</param>
/// <param name="onSettled">Called for each settled batch while the generation is current; must not block.</param>
/// <param name="bytes">Bounds what the channel's messages hold; null: nothing does.</param>
public sealed class Generation(int prefetch, Action<DeliveryBatch> onSettled, HeldBytes? bytes = null)
{
    private readonly Lock _gate = new();
    private readonly AckTracker _acks = new();
    private ulong _lastDelivered;
    private ulong _lastAcked;
    private volatile bool _isRetired;

    /// <summary>True once the channel is lost.</summary>
    public bool IsRetired => _isRetired;

    /// <summary>How many deliveries are unacked.</summary>
    public long Unacked => (long)(LastDelivered - Volatile.Read(ref _lastAcked));

    /// <summary>The delivery tag of the newest delivery.</summary>
    public ulong LastDelivered => Volatile.Read(ref _lastDelivered);

    /// <summary>When the oldest batch that is not settled was received, as a timestamp; null: all are.</summary>
    public long? OldestReceivedAt
    {
        get
        {
            lock (_gate)
            {
                return _acks.OldestReceivedAt;
            }
        }
    }

    /// <summary>True where more than half of what may be unacked is: the silo should flush early.</summary>
    public bool HasBacklog => Unacked * 2 > prefetch;

    /// <summary>Notes that a message holds so many bytes until they are let go of.</summary>
    /// <returns>False where that is more than may be held: the message must not be kept.</returns>
    public bool TryHold(long held) => bytes?.TryHold(held) ?? true;

    /// <summary>Notes that messages hold so many bytes no more.</summary>
    public void LetGo(long held) => bytes?.LetGo(held);

    /// <summary>Notes a delivery.</summary>
    public void Delivered(ulong tag) => Volatile.Write(ref _lastDelivered, tag);

    /// <summary>Notes that a batch takes no more deliveries; batches come in the order of their deliveries.</summary>
    /// <param name="lastTag">The delivery tag of its last message.</param>
    /// <param name="receivedAt">When its first message was received, as a timestamp.</param>
    /// <returns>The batch's place, for <see cref="Settled"/>.</returns>
    public long Closed(ulong lastTag, long receivedAt)
    {
        lock (_gate)
        {
            return _acks.Add(lastTag, receivedAt);
        }
    }

    /// <summary>
    /// Notes that every message of a batch has a durable outcome, or was dropped with its generation.
    /// </summary>
    public void Settled(DeliveryBatch batch)
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return;
            }

            _acks.Settle(batch.Place);
        }

        onSettled(batch);
    }

    /// <summary>Takes the delivery tag up to which everything is durable, where it has moved.</summary>
    public bool TryTakeAck(out ulong tag)
    {
        lock (_gate)
        {
            tag = 0;
            return !_isRetired && _acks.TryTake(out tag);
        }
    }

    /// <summary>Notes that an ack was handed to the broker.</summary>
    public void Acked(ulong tag) => Volatile.Write(ref _lastAcked, tag);

    /// <summary>Ends the generation: its channel is lost.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _isRetired = true;
        }
    }
}
