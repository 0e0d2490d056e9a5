using System.Threading.Channels;

namespace Votes.Ingest.DeadLetters;

/// <summary>
/// Letters that wait to be published. Prefetch bounds those of channels that live; those of channels that were lost come
/// again with their messages, so they are let go of before they are as many as the others. Thread-safe.
/// </summary>
public sealed class WaitingLetters
{
    /// <summary>So many may wait before those of lost channels are looked for.</summary>
    public const int FirstLook = 1_024;

    private readonly Channel<DeadLetter> _letters = Channel.CreateUnbounded<DeadLetter>();
    private readonly Lock _gate = new();
    private int _nextLook = FirstLook;

    /// <summary>How many letters wait.</summary>
    public int Count => _letters.Reader.Count;

    /// <summary>Adds a letter.</summary>
    public void Add(DeadLetter letter)
    {
        _letters.Writer.TryWrite(letter);
        if (Count < Volatile.Read(ref _nextLook))
        {
            return;
        }

        lock (_gate)
        {
            if (Count >= _nextLook)
            {
                DropRetired();

                // Twice what is left: so the cost of looking is a constant for each letter, however many there are.
                Volatile.Write(ref _nextLook, Math.Max(FirstLook, 2 * Count));
            }
        }
    }

    /// <summary>Takes a letter, as soon as there is one.</summary>
    public ValueTask<DeadLetter> TakeAsync(CancellationToken cancellationToken) =>
        _letters.Reader.ReadAsync(cancellationToken);

    private void DropRetired()
    {
        for (var left = Count; left > 0 && _letters.Reader.TryRead(out var letter); left--)
        {
            if (letter.Batch.Generation.IsRetired)
            {
                letter.Batch.Settle(1);
            }
            else
            {
                _letters.Writer.TryWrite(letter);
            }
        }
    }
}
