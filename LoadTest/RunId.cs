using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Votes.LoadTest;

/// <summary>Names one run: 48 bits, written as 12 hexadecimal digits.</summary>
/// <param name="Value">The number, from 0 to 2^48 - 1.</param>
[JsonConverter(typeof(RunIdJsonConverter))]
public readonly record struct RunId(long Value)
{
    private const int Bits = 48;

    /// <summary>A run id that no other run has: 48 random bits.</summary>
    public static RunId New()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(bytes);
        return new(BitConverter.ToInt64(bytes) & ((1L << Bits) - 1));
    }

    /// <summary>Reads 12 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out RunId runId)
    {
        var fits = text is { Length: Bits / 4 };
        var value = 0L;
        fits = fits && long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        runId = new(value);
        return fits;
    }

    /// <inheritdoc />
    public override string ToString() => Value.ToString("x12", CultureInfo.InvariantCulture);
}
