using System.Buffers;
using System.Diagnostics;
using RabbitMQ.Client;
using Votes.Ingest.Messages;

namespace Votes.Ingest.Lanes;

/// <summary>
/// Up to so many messages as one channel delivered them, in order. Keeps a copy of their bodies in one pooled buffer
/// until all are settled, because a vote that its law's grain rejects is dead-lettered as it came. Filled by one
/// thread; once closed, messages may be settled by several.
/// </summary>
public sealed class DeliveryBatch
{
    private const int FirstBufferBytes = 32 * 1024;
    private const int UsualBodyBytes = 320;

    // More than any vote has: such a body gets an array of its own, or the buffer would double to the size of a hundred.
    private const int LargeBodyBytes = 16 * 1024;

    private readonly int _capacity;
    private Vote[] _votes;
    private int[] _ends;
    private IReadOnlyBasicProperties[] _properties;
    private List<(int Index, Poison Poison)>? _poison;
    private Dictionary<int, (byte[] Buffer, int Length)>? _large;
    private long _held;
    private byte[] _bodies;
    private int _unsettled;

    /// <summary>Opens a batch.</summary>
    /// <param name="generation">Where the messages come from.</param>
    /// <param name="capacity">How many messages fill it.</param>
    /// <param name="receivedAt">A timestamp of the host's <see cref="TimeProvider"/>.</param>
    public DeliveryBatch(Generation generation, int capacity, long receivedAt)
    {
        Generation = generation;
        ReceivedAt = receivedAt;
        _capacity = capacity;
        _bodies = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBufferBytes, capacity * UsualBodyBytes));
        _votes = new Vote[capacity];
        _ends = new int[capacity];
        _properties = new IReadOnlyBasicProperties[capacity];
    }

    /// <summary>Where the messages come from.</summary>
    public Generation Generation { get; }

    /// <summary>When the first message came.</summary>
    public long ReceivedAt { get; }

    /// <summary>How many messages there are.</summary>
    public int Count { get; private set; }

    /// <summary>True where no message can be added.</summary>
    public bool IsFull => Count == _capacity;

    /// <summary>The delivery tag of the last message.</summary>
    public ulong LastTag { get; private set; }

    /// <summary>The batch's place among those of its generation.</summary>
    public long Place { get; private set; }

    /// <summary>
    /// The votes by their message's index; poison messages leave a gap, known by a law id that is null.
    /// </summary>
    public ReadOnlySpan<Vote> Votes => _votes.AsSpan(0, Count);

    /// <summary>The poison messages.</summary>
    public IReadOnlyList<(int Index, Poison Poison)> Poison => _poison ?? [];

    /// <summary>Notes what the next message was found to hold, until the batch lets go of all of them.</summary>
    public void Holds(long bytes) => _held += bytes;

    /// <summary>Adds a good message.</summary>
    public void Add(ulong tag, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body, in Vote vote)
    {
        _votes[Count] = vote;
        Keep(tag, properties, body);
    }

    /// <summary>Adds a poison message.</summary>
    public void Add(ulong tag, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body, in Poison poison)
    {
        (_poison ??= []).Add((Count, poison));
        Keep(tag, properties, body);
    }

    /// <summary>Takes no more messages.</summary>
    public void Close()
    {
        // Where calls fail, a batch may be held for as long as the outage lasts, and at a trickle there are many.
        if (Count < _capacity / 2)
        {
            Array.Resize(ref _votes, Count);
            Array.Resize(ref _ends, Count);
            Array.Resize(ref _properties, Count);
            TrimBodies();
        }

        _unsettled = Count;
        Place = Generation.Closed(LastTag, ReceivedAt);
    }

    /// <summary>The body of a message that is not settled.</summary>
    public ReadOnlyMemory<byte> Body(int index)
    {
        if (_large is not null && _large.TryGetValue(index, out var large))
        {
            return large.Buffer.AsMemory(0, large.Length);
        }

        var start = index == 0 ? 0 : _ends[index - 1];
        return _bodies.AsMemory(start, _ends[index] - start);
    }

    /// <summary>The properties of a message.</summary>
    public IReadOnlyBasicProperties Properties(int index) => _properties[index];

    /// <summary>Notes that so many messages have a durable outcome, or were dropped with their generation.</summary>
    public void Settle(int messages)
    {
        var left = Interlocked.Add(ref _unsettled, -messages);
        if (left < 0)
        {
            throw new UnreachableException("A message was settled twice.");
        }

        if (left == 0)
        {
            Release();
            Generation.Settled(this);
        }
    }

    /// <summary>Gives the buffer back where the batch is never closed.</summary>
    public void Release()
    {
        var bodies = _bodies;
        _bodies = [];
        ArrayPool<byte>.Shared.Return(bodies);
        if (_large is not null)
        {
            foreach (var (buffer, _) in _large.Values)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            _large = null;
        }

        Generation.LetGo(_held);
        _held = 0;
    }

    private void TrimBodies()
    {
        var used = Count == 0 ? 0 : _ends[Count - 1];
        if (used < _bodies.Length / 2)
        {
            Exchange(used, used);
        }
    }

    private void Exchange(int used, int bytes)
    {
        var other = ArrayPool<byte>.Shared.Rent(bytes);
        _bodies.AsSpan(0, used).CopyTo(other);
        ArrayPool<byte>.Shared.Return(_bodies);
        _bodies = other;
    }

    private void Keep(ulong tag, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        var start = Count == 0 ? 0 : _ends[Count - 1];
        if (body.Length > LargeBodyBytes)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(body.Length);
            body.CopyTo(buffer);
            (_large ??= []).Add(Count, (buffer, body.Length));
            body = [];
        }

        if (_bodies.Length - start < body.Length)
        {
            Exchange(start, Math.Max(start + body.Length, _bodies.Length * 2));
        }

        body.CopyTo(_bodies.AsSpan(start));
        _ends[Count] = start + body.Length;
        _properties[Count] = properties;
        LastTag = tag;
        Count++;
    }
}
