using System.Diagnostics.CodeAnalysis;

namespace Votes.Ingest.Laws;

/// <summary>
/// The laws whose votes are held after a call that failed, by when they are due. One timer for all of them: with every
/// grain out of reach there may be as many laws here as votes. Used under the lock of the <see cref="VoteDispatcher"/>.
/// </summary>
/// <param name="backoff">How long laws are held.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Random numbers from 0 to 1, for the jitter.</param>
/// <param name="onDue">Called, outside of the lock, when laws may be due.</param>
internal sealed class HeldLaws(Backoff backoff, TimeProvider time, Func<double> random, Action onDue) : IDisposable
{
    // Timers count in milliseconds: asked for less, they fire at once, over and over.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly PriorityQueue<LawOutbox, long> _laws = new();
    private readonly ITimer _timer =
        time.CreateTimer(_ => onDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Holds a law for as long as its failures call for.</summary>
    public void Add(LawOutbox outbox)
    {
        outbox.IsHeld = true;
        var delay = backoff.Delay(outbox.Failures, random());
        _laws.Enqueue(outbox, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
        if (ReferenceEquals(_laws.Peek(), outbox))
        {
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Takes a law that is due; sets the timer where the next one is not.</summary>
    public bool TryTakeDue([NotNullWhen(true)] out LawOutbox? outbox)
    {
        if (!_laws.TryPeek(out outbox, out var due))
        {
            return false;
        }

        var left = TimeSpan.FromSeconds((double)(due - time.GetTimestamp()) / time.TimestampFrequency);
        if (left > TimeSpan.Zero)
        {
            _timer.Change(left > ShortestWait ? left : ShortestWait, Timeout.InfiniteTimeSpan);
            return false;
        }

        _laws.Dequeue();
        outbox.IsHeld = false;
        return true;
    }

    public void Dispose() => _timer.Dispose();
}
