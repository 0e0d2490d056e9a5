namespace Votes.Grains.Interfaces;

/// <summary>
/// Votes on one law, packed for the wire: Orleans copies a byte array in one piece, but writes an array of structs
/// element by element. <see cref="VoteBatchWriter"/> packs, <see cref="VoteBatchReader"/> unpacks.
/// </summary>
/// <remarks>
/// Layout, integers little-endian: one byte format (1); uint16 number of choices; for each choice uint16 length in
/// bytes and its UTF-8 text; then 42 bytes a vote: vote id (16, RFC 9562 byte order), voter (16, likewise), cast at
/// (int64, microseconds since the Unix epoch), choice (uint16, index into the choices).
/// </remarks>
/// <param name="Packed">The packed votes.</param>
/// <param name="Backlog">
/// True where the sender has more votes waiting than half of what it may hold: the silo then flushes early.
/// </param>
[GenerateSerializer, Immutable]
[Alias("Votes.VoteBatch")]
public readonly record struct VoteBatch([property: Id(0)] byte[] Packed, [property: Id(1)] bool Backlog)
{
    /// <summary>The most votes one batch may carry (about 168 KiB on the wire).</summary>
    public const int MaxVotes = 4096;

    /// <summary>The most bytes a choice may have as UTF-8: 64 characters of up to 4 bytes.</summary>
    public const int MaxChoiceBytes = 256;

    internal const byte Format = 1;
    internal const int HeaderBytes = 3;
    internal const int VoteBytes = 42;
}
