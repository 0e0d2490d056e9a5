using System.Diagnostics;
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
    /// <param name="form">The form that the operator asks for; null: the database's own, or the newest where it is new.</param>
    public VoterKey(ReadOnlySpan<byte> secret, VoterKeyForm? form = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, MinSecretBytes);
        _secret = secret.ToArray();
        Form = form;
    }

    /// <summary>The form that the operator asks for; null: the database's own, or the newest where it is new.</summary>
    public VoterKeyForm? Form { get; }

    /// <summary>
    /// Tells two secrets or two forms apart without telling a secret: an HMAC of a fixed text. A process that does not know
    /// a form cannot have its fingerprint either.
    /// </summary>
    public byte[] Fingerprint(VoterKeyForm form) => HMACSHA256.HashData(_secret, form switch
    {
        VoterKeyForm.Bytes => "votes voter key fingerprint v1"u8,
        VoterKeyForm.Nfc => "votes voter key fingerprint v2: nfc"u8,
        VoterKeyForm.NfcPerLaw => "votes voter key fingerprint v3: nfc, per law"u8,
        _ => throw new UnreachableException("There are three forms."),
    });

    /// <summary>A hasher for one thread.</summary>
    /// <param name="form">The form of the database.</param>
    /// <param name="changed">Called for each voter id that its canonical form differs from.</param>
    public VoterKeyHasher CreateHasher(VoterKeyForm form, Action? changed = null) => new(_secret, form, changed);
}
