using System.Numerics;

namespace Votes.LoadTest.Planning;

/// <summary>
/// Shuffles the numbers from 0 to count - 1 without a table: a Feistel network over the next even power of two, walked
/// until the result falls inside. Both directions cost a few rounds, whatever the count.
/// </summary>
internal readonly struct Permutation
{
    private const int Rounds = 4;

    private readonly ulong _count;
    private readonly ulong _key;
    private readonly int _halfBits;

    public Permutation(long count, ulong key)
    {
        _count = (ulong)count;
        _key = key;
        var bits = Math.Max(2, 64 - BitOperations.LeadingZeroCount((ulong)count - 1));
        _halfBits = (bits + 1) / 2;
    }

    /// <summary>Where <paramref name="value" /> goes.</summary>
    public long Forward(long value)
    {
        var current = (ulong)value;
        do
        {
            var (left, right) = Split(current);
            for (var round = 0; round < Rounds; round++)
                (left, right) = (right, left ^ Mask(right, round));
            current = (left << _halfBits) | right;
        }
        while (current >= _count);
        return (long)current;
    }

    /// <summary>What goes to <paramref name="value" />.</summary>
    public long Backward(long value)
    {
        var current = (ulong)value;
        do
        {
            var (left, right) = Split(current);
            for (var round = Rounds - 1; round >= 0; round--)
                (left, right) = (right ^ Mask(left, round), left);
            current = (left << _halfBits) | right;
        }
        while (current >= _count);
        return (long)current;
    }

    private (ulong Left, ulong Right) Split(ulong value) => (value >> _halfBits, value & ((1UL << _halfBits) - 1));

    private ulong Mask(ulong half, int round) =>
        Draw.Mix(_key + half + ((ulong)round << 56)) & ((1UL << _halfBits) - 1);
}
