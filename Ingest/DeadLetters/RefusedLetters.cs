using System.Diagnostics.CodeAnalysis;

namespace Votes.Ingest.DeadLetters;

/// <summary>
/// Letters under suspicion: the broker closed the channel because of one of those that were on their way, and does not say
/// which. Each is published alone. One that is refused alone loses its own properties; one that is refused even so is held:
/// its message stays unacked, because to ack it would lose it, and prefetch bounds how many there can be. What is held is
/// tried again in rounds. Thread-safe.
/// </summary>
public sealed class RefusedLetters
{
    /// <summary>
    /// How many refusals in a row end a round: each costs a connection, and after so many the cause seems to stand.
    /// </summary>
    public const int RefusalsThatEndRound = 4;

    private readonly Lock _gate = new();
    private readonly Queue<DeadLetter> _suspects = new();
    private readonly Queue<DeadLetter> _held = new();
    private Case? _next;
    private int _roundLeft;
    private int _refusals;

    /// <summary>How many letters are refused even without their own properties.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _held.Count + (_next is { WasHeld: true } ? 1 : 0);
            }
        }
    }

    /// <summary>The letter was on its way when the broker refused one.</summary>
    public void Suspect(DeadLetter letter)
    {
        lock (_gate)
        {
            _suspects.Enqueue(letter);
        }
    }

    /// <summary>
    /// The letter to publish alone next, held ones after the others and only in a round; it stays the next one until it
    /// is acquitted or blamed.
    /// </summary>
    public bool TryGetNext([NotNullWhen(true)] out (DeadLetter Letter, bool IsBare)? next)
    {
        lock (_gate)
        {
            if (_next is null && _suspects.TryDequeue(out var suspect))
            {
                _next = new(suspect, IsBare: false, WasHeld: false);
            }
            else if (_next is null && _roundLeft > 0 && _held.TryDequeue(out var held))
            {
                _roundLeft--;
                _next = new(held, IsBare: true, WasHeld: true);
            }

            next = _next is { } found ? (found.Letter, found.IsBare) : null;
            return next is not null;
        }
    }

    /// <summary>The next letter was published, or its message comes again.</summary>
    public void Acquit()
    {
        lock (_gate)
        {
            // One that was held has been taken: the others of this round may be taken as well.
            _refusals = _next is { WasHeld: true } ? 0 : _refusals;
            _next = null;
        }
    }

    /// <summary>The next letter was refused although it was alone.</summary>
    /// <returns>True where it was bare already, and is held for the first time.</returns>
    public bool Blame()
    {
        lock (_gate)
        {
            var (letter, isBare, wasHeld) = _next!.Value;
            _next = isBare ? null : new(letter, IsBare: true, WasHeld: false);
            if (isBare)
            {
                _held.Enqueue(letter);
            }

            if (wasHeld && ++_refusals == RefusalsThatEndRound)
            {
                _roundLeft = 0;
            }

            return isBare && !wasHeld;
        }
    }

    /// <summary>Begins a round: each letter that is held now is tried once more, from the one that waits the longest.</summary>
    public void BeginRound()
    {
        lock (_gate)
        {
            _roundLeft = _held.Count;
            _refusals = 0;
        }
    }

    /// <summary>Lets go of letters whose channel is lost: their messages come again.</summary>
    public void DropRetired()
    {
        lock (_gate)
        {
            Drop(_suspects);
            Drop(_held);
            _roundLeft = Math.Min(_roundLeft, _held.Count);
        }
    }

    private static void Drop(Queue<DeadLetter> letters)
    {
        for (var left = letters.Count; left > 0; left--)
        {
            var letter = letters.Dequeue();
            if (letter.Batch.Generation.IsRetired)
            {
                letter.Batch.Settle(1);
            }
            else
            {
                letters.Enqueue(letter);
            }
        }
    }

    private readonly record struct Case(DeadLetter Letter, bool IsBare, bool WasHeld);
}
