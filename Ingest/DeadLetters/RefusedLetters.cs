using System.Diagnostics.CodeAnalysis;

namespace Votes.Ingest.DeadLetters;

/// <summary>
/// Letters under suspicion: the broker closed the channel because of one of those that were on their way, and does not say
/// which. Each is published alone. One that is refused alone loses its own properties; one that is refused even so is held:
/// its message stays unacked, because to ack it would lose it, and prefetch bounds how many there can be. Thread-safe.
/// </summary>
public sealed class RefusedLetters
{
    private readonly Lock _gate = new();
    private readonly Queue<DeadLetter> _suspects = new();
    private readonly Queue<DeadLetter> _held = new();
    private (DeadLetter Letter, bool IsBare)? _next;
    private bool _wasHeld;

    /// <summary>How many letters are refused even without their own properties.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _held.Count;
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

    /// <summary>The letter to publish alone next; it stays the next one until it is acquitted or blamed.</summary>
    public bool TryGetNext([NotNullWhen(true)] out (DeadLetter Letter, bool IsBare)? next)
    {
        lock (_gate)
        {
            if (_next is null && _suspects.TryDequeue(out var suspect))
            {
                _next = (suspect, false);
            }

            next = _next;
            return next is not null;
        }
    }

    /// <summary>The next letter was published, or its message comes again.</summary>
    public void Acquit()
    {
        lock (_gate)
        {
            _next = null;
            _wasHeld = false;
        }
    }

    /// <summary>The next letter was refused although it was alone.</summary>
    /// <returns>True where it was bare already, and is held for the first time.</returns>
    public bool Blame()
    {
        lock (_gate)
        {
            var (letter, isBare) = _next!.Value;
            _next = isBare ? null : (letter, true);
            if (isBare)
            {
                _held.Enqueue(letter);
            }

            var isNew = isBare && !_wasHeld;
            _wasHeld = false;
            return isNew;
        }
    }

    /// <summary>Makes the letter that has been held the longest the next one, where there is one and no other is.</summary>
    public bool TryAgain()
    {
        lock (_gate)
        {
            if (_next is not null || !_held.TryDequeue(out var letter))
            {
                return false;
            }

            _next = (letter, true);
            _wasHeld = true;
            return true;
        }
    }
}
