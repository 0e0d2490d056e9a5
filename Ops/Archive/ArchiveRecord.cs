namespace Votes.Ops.Archive;

/// <summary>What the database says of a law's archive.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Sha256">The file's SHA-256.</param>
/// <param name="Votes">The votes in it.</param>
/// <param name="ArchivedAt">When it was written.</param>
/// <param name="Left">Votes that have not been dropped yet.</param>
public sealed record ArchiveRecord(string File, byte[] Sha256, long Votes, DateTime ArchivedAt, long Left);
