namespace Votes.LoadTest.Publishing;

/// <summary>
/// The messages of one channel that wait for the broker's confirm: a ring over the channel's sequence numbers. The
/// client's own tracking costs a header, a task and a dictionary entry a message, and publishes 7,700 messages a second
/// where this allows several times as many. The sender adds, the client's reader settles; a lock covers both.
/// </summary>
internal sealed class ConfirmWindow
{
    private readonly Lock _lock = new();
    private readonly Slot[] _ring;
    private readonly Queue<Unconfirmed> _refused = new();
    private ulong _oldest;
    private ulong _next;
    private TaskCompletionSource? _waiter;
    private int _waiterLimit;
    private bool _closed;

    /// <summary>A window of this many messages, the first of which gets this sequence number.</summary>
    public ConfirmWindow(int capacity, ulong firstSequenceNumber)
    {
        _ring = new Slot[capacity];
        _oldest = _next = firstSequenceNumber;
    }

    /// <summary>Whether another message may be sent.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_lock)
                return Span < _ring.Length;
        }
    }

    private int Span => (int)(_next - _oldest);

    /// <summary>Notes the message that is sent next. Call it before sending: the confirm may be quicker.</summary>
    public void Add(Unconfirmed message)
    {
        lock (_lock)
        {
            if (Span == _ring.Length)
                throw new InvalidOperationException("The window is full.");
            _ring[_next % (ulong)_ring.Length] = new(message, Settled: false);
            _next++;
        }
    }

    /// <summary>The broker has a message, or all up to it; returns how many it confirmed by that.</summary>
    public int Confirm(ulong sequenceNumber, bool multiple) => Settle(sequenceNumber, multiple, refused: false);

    /// <summary>The broker refused a message, or all up to it; they wait to be taken and sent again.</summary>
    public int Refuse(ulong sequenceNumber, bool multiple) => Settle(sequenceNumber, multiple, refused: true);

    /// <summary>Takes the refused message that has waited longest.</summary>
    public bool TryTakeRefused(out Unconfirmed message)
    {
        lock (_lock)
            return _refused.TryDequeue(out message);
    }

    /// <summary>Whether every message is confirmed.</summary>
    public bool IsSettled()
    {
        lock (_lock)
            return Span == 0 && _refused.Count == 0;
    }

    /// <summary>
    /// Closes the window and takes all messages without a confirm, oldest first: what the next connection must send
    /// again. Confirms that still arrive count no more, or a message would be confirmed twice.
    /// </summary>
    public IReadOnlyList<Unconfirmed> CloseAndTake()
    {
        lock (_lock)
        {
            _closed = true;
            var unsettled = new List<Unconfirmed>(_refused);
            for (var number = _oldest; number < _next; number++)
            {
                var slot = _ring[number % (ulong)_ring.Length];
                if (!slot.Settled)
                    unsettled.Add(slot.Message);
            }

            return unsettled;
        }
    }

    /// <summary>Completes when at most this many sequence numbers are open. For one waiter at a time.</summary>
    public Task WhenAtMostAsync(int limit)
    {
        lock (_lock)
        {
            if (Span <= limit)
                return Task.CompletedTask;
            _waiterLimit = limit;
            _waiter ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task;
        }
    }

    private int Settle(ulong sequenceNumber, bool multiple, bool refused)
    {
        lock (_lock)
        {
            if (_closed)
                return 0;
            var settled = 0;
            var last = Math.Min(sequenceNumber, _next - 1);
            for (var number = multiple ? _oldest : Math.Max(sequenceNumber, _oldest); number <= last; number++)
            {
                ref var slot = ref _ring[number % (ulong)_ring.Length];
                if (slot.Settled)
                    continue;
                slot.Settled = true;
                settled++;
                if (refused)
                    _refused.Enqueue(slot.Message);
            }

            while (_oldest < _next && _ring[_oldest % (ulong)_ring.Length].Settled)
                _oldest++;
            if (_waiter is not null && Span <= _waiterLimit)
            {
                _waiter.SetResult();
                _waiter = null;
            }

            return settled;
        }
    }

    private record struct Slot(Unconfirmed Message, bool Settled);
}
