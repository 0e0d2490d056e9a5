using System.Buffers.Binary;

namespace Votes.LoadTest.Planning;

/// <summary>
/// Votes' ids: UUIDs of version 8 (RFC 9562: contents of one's own) with the run in the first 48 bits and the message's
/// index in the last 62, so that a row of the database leads back to the message without a table.
/// </summary>
public static class VoteIds
{
    private const int Size = 16;
    private const ulong Version = 0x8000;
    private const ulong VersionMask = 0xFFFF;
    private const ulong Variant = 1UL << 63;
    private const ulong IndexMask = (1UL << 62) - 1;

    /// <summary>The id of a run's message.</summary>
    public static Guid Create(RunId run, long index) =>
        Join(((ulong)run.Value << 16) | Version, Variant | (ulong)index);

    /// <summary>The lowest and the highest UUID that carry a run's id, whatever follows it.</summary>
    public static (Guid Lowest, Guid Highest) RangeOf(RunId run) =>
        (Join((ulong)run.Value << 16, 0), Join(((ulong)run.Value << 16) | VersionMask, ulong.MaxValue));

    /// <summary>Reads the message's index back; false where the id was not made for this run.</summary>
    public static bool TryRead(Guid id, RunId run, out long index)
    {
        Span<byte> bytes = stackalloc byte[Size];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        index = (long)(low & IndexMask);
        return high == (((ulong)run.Value << 16) | Version) && (low & ~IndexMask) == Variant;
    }

    private static Guid Join(ulong high, ulong low)
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        return new(bytes, bigEndian: true);
    }
}
