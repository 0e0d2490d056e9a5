using System.Numerics;

namespace Votes.LoadTest.Verifying;

/// <summary>A bit for each of many numbers: ten million in 1.25 MB.</summary>
internal sealed class BitSet(long count)
{
    private readonly ulong[] _words = new ulong[(count + 63) / 64];

    /// <summary>How many bits are set.</summary>
    public long Count => _words.Sum(word => (long)BitOperations.PopCount(word));

    public bool this[long number] => (_words[number >> 6] & (1UL << (int)(number & 63))) != 0;

    /// <summary>Sets a bit; false where it was set already.</summary>
    public bool Add(long number)
    {
        ref var word = ref _words[number >> 6];
        var bit = 1UL << (int)(number & 63);
        var added = (word & bit) == 0;
        word |= bit;
        return added;
    }
}
