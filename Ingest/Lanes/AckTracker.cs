using System.Diagnostics;

namespace Votes.Ingest.Lanes;

/// <summary>
/// Decides what one channel may ack: its delivery batches settle in any order, and one ack covers all of the longest
/// prefix that is settled. Pure; its owner sees to it that one thread at a time uses it.
/// </summary>
public sealed class AckTracker
{
    private (ulong LastTag, bool IsSettled, long ReceivedAt)[] _batches = new (ulong, bool, long)[16];
    private long _first;
    private long _next;
    private ulong _lastAdded;
    private ulong _lastSettled;
    private ulong _lastTaken;

    /// <summary>How many batches were added and are not behind an ack yet.</summary>
    public int Count => (int)(_next - _first);

    /// <summary>When the oldest batch that is not settled was received; null: all are.</summary>
    public long? OldestReceivedAt => Count == 0 ? null : Slot(_first).ReceivedAt;

    /// <summary>Adds the next batch in the order of deliveries.</summary>
    /// <param name="lastTag">The delivery tag of its last message.</param>
    /// <param name="receivedAt">When its first message was received, as a timestamp.</param>
    /// <returns>The batch's place, for <see cref="Settle"/>.</returns>
    public long Add(ulong lastTag, long receivedAt = 0)
    {
        if (lastTag <= _lastAdded)
        {
            throw new UnreachableException($"Delivery tag {lastTag} comes after {_lastAdded}: tags only grow.");
        }

        _lastAdded = lastTag;
        if (Count == _batches.Length)
        {
            Grow();
        }

        Slot(_next) = (lastTag, false, receivedAt);
        return _next++;
    }

    /// <summary>Notes that every message of the batch has a durable outcome.</summary>
    public void Settle(long place)
    {
        if (place < _first || place >= _next || Slot(place).IsSettled)
        {
            throw new UnreachableException($"The batch at place {place} is not open.");
        }

        Slot(place).IsSettled = true;
        while (_first < _next && Slot(_first).IsSettled)
        {
            _lastSettled = Slot(_first).LastTag;
            _first++;
        }
    }

    /// <summary>
    /// Takes the delivery tag to ack with <c>multiple</c>, where there is one that was not taken yet.
    /// </summary>
    public bool TryTake(out ulong tag)
    {
        tag = _lastSettled;
        if (_lastSettled == _lastTaken)
        {
            return false;
        }

        _lastTaken = tag;
        return true;
    }

    private ref (ulong LastTag, bool IsSettled, long ReceivedAt) Slot(long place) => ref _batches[place & (_batches.Length - 1)];

    private void Grow()
    {
        var larger = new (ulong, bool, long)[_batches.Length * 2];
        for (var place = _first; place < _next; place++)
        {
            larger[place & (larger.Length - 1)] = Slot(place);
        }

        _batches = larger;
    }
}
