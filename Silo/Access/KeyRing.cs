using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Votes.Silo.Access;

/// <summary>The keys that open the API, known by their hashes alone.</summary>
public sealed class KeyRing
{
    private const int MaxKeyCharacters = 512;
    private const int NamedBytes = 4;

    private readonly byte[][] _operators;
    private readonly byte[][] _readers;
    private readonly string _signInSecret;

    /// <summary>Takes the keys from the configuration.</summary>
    public KeyRing(IOptions<AccessOptions> options)
    {
        _operators = Parse(options.Value.OperatorKeySha256);
        _readers = Parse(options.Value.ReaderKeySha256);
        _signInSecret = options.Value.SignInSecret;
    }

    /// <summary>What the owner of a key may be; null where nobody has this key.</summary>
    public string? RoleOf(string key)
    {
        if (key.Length is 0 or > MaxKeyCharacters)
        {
            return null;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));

        // Both are searched to the end: the time taken tells nothing of where a key was found.
        var isOperator = Contains(_operators, hash);
        var isReader = Contains(_readers, hash);
        return isOperator ? Roles.Operator : isReader ? Roles.Reader : null;
    }

    /// <summary>The name of a known key in the operator log: the first digits of the hash that the configuration holds.</summary>
    public static string NameOf(string key) =>
        $"key:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, NamedBytes))}";

    /// <summary>
    /// What seals cookies: the configured secret, shared by all silos that have it, bound to the keys, so that
    /// whoever signed in by a key that was taken away is signed out with it. The keys' hashes alone would not do: whoever
    /// reads the configuration could seal a cookie of their own. Without a configured secret it is random.
    /// </summary>
    public byte[] SharedSecret() => _signInSecret.Length == 0
        ? RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes)
        : HKDF.Extract(
            HashAlgorithmName.SHA256,
            Convert.FromBase64String(_signInSecret),
            [
                .. "votes sign-in v2"u8,
                .. InOrder(_operators),

                // Named, so that a key that becomes a reader's does not leave everything as it was.
                .. _readers.Length == 0 ? [] : "readers"u8,
                .. InOrder(_readers),
            ]);

    /// <summary>Whether the text is a secret of 32 bytes or more in base64.</summary>
    internal static bool IsSecret(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= SHA256.HashSizeInBytes;
    }

    /// <summary>Whether the text is a list of hashes, separated by commas.</summary>
    internal static bool IsList(string text) => Array.TrueForAll(
        Parts(text), static part => part.Length == 2 * SHA256.HashSizeInBytes && part.All(char.IsAsciiHexDigit));

    private static IEnumerable<byte> InOrder(byte[][] hashes) =>
        hashes.OrderBy(Convert.ToHexString, StringComparer.Ordinal).SelectMany(static hash => hash);

    private static byte[][] Parse(string text) => [.. Parts(text).Select(Convert.FromHexString)];

    private static string[] Parts(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool Contains(byte[][] hashes, byte[] wanted)
    {
        var found = false;
        foreach (var hash in hashes)
        {
            found |= CryptographicOperations.FixedTimeEquals(hash, wanted);
        }

        return found;
    }
}
