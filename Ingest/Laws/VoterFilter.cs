using System.Buffers;
using System.Numerics;

namespace Votes.Ingest.Laws;

/// <summary>
/// Tells of most people that a call carries no vote of theirs. A word for each vote or more, and two bits in one word for each
/// voter: one of several hundred people passes for a voter of the call without being one. A table of voters, asked in vain
/// nearly always, cost a vote several times as much. Owned by its call; its words are pooled.
/// </summary>
internal sealed class VoterFilter
{
    private readonly ulong _mask;
    private ulong[] _words;

    /// <summary>Creates it for so many votes at most.</summary>
    public VoterFilter(int votes)
    {
        var words = (int)BitOperations.RoundUpToPowerOf2((uint)votes);
        _mask = (ulong)words - 1;
        _words = ArrayPool<ulong>.Shared.Rent(words);
        _words.AsSpan(0, words).Clear();
    }

    /// <summary>Adds a voter: half of a key, which is a hash.</summary>
    public void Add(ulong voter) => _words[(int)(voter & _mask)] |= Bits(voter);

    /// <summary>False where the voter was not added.</summary>
    public bool MayHave(ulong voter)
    {
        var bits = Bits(voter);
        return (_words[(int)(voter & _mask)] & bits) == bits;
    }

    /// <summary>Gives its words back; it must not be used after.</summary>
    public void Release()
    {
        ArrayPool<ulong>.Shared.Return(_words);
        _words = [];
    }

    // The key's highest bits, which choose no word.
    private static ulong Bits(ulong voter) => (1UL << (int)(voter >> 52)) | (1UL << (int)(voter >> 58));
}
