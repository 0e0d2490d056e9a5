using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Votes.Silo.Access;

/// <summary>
/// Seals cookies with a secret that all silos have by their configuration, so that one signs in at any silo and is known to
/// all, with no key file or table to share. AES-256-GCM; a key of its own for each purpose.
/// </summary>
public sealed class SharedProtection(byte[] secret) : IDataProtector
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <inheritdoc/>
    public IDataProtector CreateProtector(string purpose) => new SharedProtection(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, SHA256.HashSizeInBytes, info: Encoding.UTF8.GetBytes(purpose)));

    /// <inheritdoc/>
    public byte[] Protect(byte[] plaintext)
    {
        var sealedText = new byte[NonceBytes + plaintext.Length + TagBytes];
        var nonce = sealedText.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(secret, TagBytes);
        aes.Encrypt(nonce, plaintext, sealedText.AsSpan(NonceBytes, plaintext.Length), sealedText.AsSpan(^TagBytes..));
        return sealedText;
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">It was not sealed with this secret for this purpose.</exception>
    public byte[] Unprotect(byte[] protectedData)
    {
        if (protectedData.Length < NonceBytes + TagBytes)
        {
            throw new CryptographicException("The sealed text is too short.");
        }

        var text = new byte[protectedData.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(secret, TagBytes);
        aes.Decrypt(
            protectedData.AsSpan(0, NonceBytes),
            protectedData.AsSpan(NonceBytes, text.Length),
            protectedData.AsSpan(^TagBytes..),
            text);
        return text;
    }
}
