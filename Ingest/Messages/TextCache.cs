using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Votes.Ingest.Messages;

/// <summary>
/// Strings by their UTF-8 bytes, so that the ids of laws and the names of choices, which come again with every vote,
/// are decoded once. Holds a fixed number of strings; where a place is taken, the newcomer replaces what is there. Not
/// safe for use by several threads at once: each lane owns its own.
/// </summary>
public sealed class TextCache
{
    private const int Ways = 4;

    private readonly Entry[] _entries;
    private readonly int _mask;

    /// <summary>Creates a cache.</summary>
    /// <param name="capacity">The number of strings it can hold; rounded up to a power of two.</param>
    public TextCache(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _entries = new Entry[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, Ways))];
        _mask = _entries.Length - 1;
    }

    /// <summary>The string of <paramref name="utf8"/>, where it is held.</summary>
    public bool TryFind(ReadOnlySpan<byte> utf8, out string text)
    {
        var hash = Hash(utf8);
        for (var way = 0; way < Ways; way++)
        {
            ref var entry = ref _entries[((int)hash + way) & _mask];
            if (entry.Text is not null && entry.Hash == hash && utf8.SequenceEqual(entry.Utf8))
            {
                text = entry.Text;
                return true;
            }
        }

        text = "";
        return false;
    }

    /// <summary>The string of <paramref name="utf8"/>, which has to be valid UTF-8.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        var hash = Hash(utf8);
        var target = (int)hash & _mask;
        for (var way = 0; way < Ways; way++)
        {
            ref var entry = ref _entries[((int)hash + way) & _mask];
            if (entry.Text is null)
            {
                target = ((int)hash + way) & _mask;
                break;
            }

            if (entry.Hash == hash && utf8.SequenceEqual(entry.Utf8))
            {
                return entry.Text;
            }
        }

        var text = Encoding.UTF8.GetString(utf8);
        _entries[target] = new Entry(hash, utf8.ToArray(), text);
        return text;
    }

    // Not keyed: whoever finds colliding ids makes this process decode them anew each time, and no more than that.
    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = (ulong)utf8.Length;
        while (utf8.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8));
            utf8 = utf8[sizeof(ulong)..];
        }

        var last = 0UL;
        foreach (var octet in utf8)
        {
            last = (last << 8) | octet;
        }

        return (uint)(Mix(hash ^ last) >> 32);
    }

    private static ulong Mix(ulong value) =>
        BitOperations.RotateLeft(value * 0x9E37_79B9_7F4A_7C15, 29) * 0xBF58_476D_1CE4_E5B9;

    private readonly record struct Entry(uint Hash, byte[] Utf8, string Text);
}
