using System.Security.Cryptography;

namespace Votes.Ingest.VoterKeys;

/// <summary>
/// The secret that turns voter ids into voter keys. Whoever changes it lets everybody vote again, so the database keeps
/// its fingerprint.
/// </summary>
public sealed class VoterKey
{
    /// <summary>The fewest bytes a secret may have.</summary>
    public const int MinSecretBytes = 32;

    private readonly byte[] _secret;

    /// <summary>Takes the secret.</summary>
    /// <param name="secret">At least <see cref="MinSecretBytes"/> bytes.</param>
    public VoterKey(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, MinSecretBytes);
        _secret = secret.ToArray();
    }

    /// <summary>Tells two secrets apart without telling either: an HMAC of a fixed text.</summary>
    public byte[] Fingerprint() => HMACSHA256.HashData(_secret, "votes voter key fingerprint v1"u8);

    /// <summary>A hasher for one thread.</summary>
    public VoterKeyHasher CreateHasher() => new(_secret);
}
