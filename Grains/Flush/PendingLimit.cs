namespace Votes.Grains.Flush;

/// <summary>
/// Bounds the votes that are pending on a silo. Callers beyond the limit wait in their order; a call larger than the
/// limit is let in alone. Thread-safe.
/// </summary>
public sealed class PendingLimit(int maxVotes)
{
    private readonly Lock _gate = new();
    private readonly Queue<(int Votes, TaskCompletionSource Entered)> _waiting = new();
    private long _votes;

    /// <summary>Votes that are pending now.</summary>
    public long Votes
    {
        get
        {
            lock (_gate)
            {
                return _votes;
            }
        }
    }

    /// <summary>Lets <paramref name="votes"/> more votes in where there is room and nobody waits.</summary>
    public bool TryEnter(int votes)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 || !Fits(votes))
            {
                return false;
            }

            _votes += votes;
            return true;
        }
    }

    /// <summary>Waits until <paramref name="votes"/> more votes may be pending.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; nothing was taken.</exception>
    public async ValueTask EnterAsync(int votes, CancellationToken cancellationToken)
    {
        TaskCompletionSource entered;
        lock (_gate)
        {
            if (_waiting.Count == 0 && Fits(votes))
            {
                _votes += votes;
                return;
            }

            entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((votes, entered));
        }

        using var registration = cancellationToken.Register(() => entered.TrySetCanceled(cancellationToken));
        await entered.Task;
    }

    /// <summary>Votes are settled: gives their room to those who wait.</summary>
    public void Leave(int votes)
    {
        lock (_gate)
        {
            _votes -= votes;
            while (_waiting.TryPeek(out var next))
            {
                if (next.Entered.Task.IsCompleted)
                {
                    // Its wait was cancelled.
                    _waiting.Dequeue();
                    continue;
                }

                if (!Fits(next.Votes))
                {
                    return;
                }

                _waiting.Dequeue();
                if (next.Entered.TrySetResult())
                {
                    _votes += next.Votes;
                }
            }
        }
    }

    private bool Fits(int votes) => _votes == 0 || _votes + votes <= maxVotes;
}
