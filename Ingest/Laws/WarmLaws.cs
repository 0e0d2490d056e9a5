namespace Votes.Ingest.Laws;

/// <summary>
/// Which laws have answered lately: their grains are active, and a call to one costs no activation. Two bit tables by the
/// ids' hash, of which the older is forgotten each <see cref="Lifetime"/>: it takes 256 KiB for any number of laws, and a law
/// that shares its bit with a warm one passes for warm now and then. Used under its owner's lock.
/// </summary>
public sealed class WarmLaws
{
    /// <summary>How long a law is warm after its last answer, at least; at most twice that.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const int Bits = 1 << 20;
    private const int BitsPerWord = 64;

    private ulong[] _recent = new ulong[Bits / BitsPerWord];
    private ulong[] _older = new ulong[Bits / BitsPerWord];
    private TimeSpan _since;

    /// <summary>Whether the law is warm.</summary>
    public bool Contains(string lawId)
    {
        var (word, bit) = Place(lawId);
        return ((_recent[word] | _older[word]) & bit) != 0;
    }

    /// <summary>The law's grain has answered.</summary>
    public void Add(string lawId, TimeSpan now)
    {
        if (now - _since >= Lifetime)
        {
            (_recent, _older) = (_older, _recent);
            Array.Clear(_recent);
            _since = now;
        }

        var (word, bit) = Place(lawId);
        _recent[word] |= bit;
    }

    /// <summary>The law's grain did not answer: it may be gone.</summary>
    public void Remove(string lawId)
    {
        var (word, bit) = Place(lawId);
        _recent[word] &= ~bit;
        _older[word] &= ~bit;
    }

    private static (int Word, ulong Bit) Place(string lawId)
    {
        var place = string.GetHashCode(lawId, StringComparison.Ordinal) & (Bits - 1);
        return (place / BitsPerWord, 1UL << (place % BitsPerWord));
    }
}
