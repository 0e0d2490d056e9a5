namespace Votes.LoadTest.Publishing;

/// <summary>
/// Steers a publisher while it runs: pauses it, ends it early, and knows which messages were handed to the broker's
/// client so far. Ended early, it has published the plan's first <see cref="Published" /> messages, all confirmed: the
/// blocks that were taken are sent to their end. Thread-safe.
/// </summary>
/// <param name="plan">What is published.</param>
internal sealed class PublishControl(Planning.MessagePlan plan)
{
    private readonly ulong[] _sent = new ulong[(plan.Messages + 63) / 64];
    private readonly Lock _lock = new();
    private TaskCompletionSource? _pause;
    private long _blocks;
    private int _resting;
    private volatile bool _ended;

    /// <summary>Whether no further block is to be taken.</summary>
    public bool Ended => _ended;

    /// <summary>The messages of the blocks taken so far; nothing beyond them was sent.</summary>
    public long Published
    {
        get
        {
            var blocks = Interlocked.Read(ref _blocks);
            return blocks == 0 ? 0 : plan.Block(blocks - 1).End;
        }
    }

    /// <summary>How many connections rest in a pause, each with every message it sent confirmed.</summary>
    public int Resting => Volatile.Read(ref _resting);

    /// <summary>Lets no further block be taken; what is left of those that were is sent as fast as it goes.</summary>
    public void End()
    {
        _ended = true;
        Resume();
    }

    /// <summary>Lets the connections come to rest, each when all that it sent is confirmed.</summary>
    public void Pause()
    {
        lock (_lock)
            _pause ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Ends a pause.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            _pause?.SetResult();
            _pause = null;
        }
    }

    /// <summary>Whether a vote, by the index of its first message, was handed to the client: it may be counted.</summary>
    public bool WasSent(long index) =>
        index < plan.Messages && (Interlocked.Read(ref _sent[index >> 6]) & (1UL << (int)(index & 63))) != 0;

    /// <summary>Notes a vote. Call it before its message is sent: the cluster may be quicker than the note.</summary>
    public void Sending(long index) => Interlocked.Or(ref _sent[index >> 6], 1UL << (int)(index & 63));

    /// <summary>Notes that one more block was taken.</summary>
    public void BlockTaken() => Interlocked.Increment(ref _blocks);

    /// <summary>The end of the pause that is on; null where none is.</summary>
    public Task? Paused
    {
        get
        {
            lock (_lock)
                return _pause?.Task;
        }
    }

    /// <summary>Waits for a pause's end, as one of the resting connections.</summary>
    public async Task RestAsync(Task pause, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _resting);
        try
        {
            await pause.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _resting);
        }
    }
}
