namespace Votes.DeadLetters;

/// <summary>
/// The sum of letters' hashes, modulo 2 to the 256th: the same for the same letters in any order, and sums of parts add up. It
/// shows later whether a file holds what was discarded. Pure.
/// </summary>
public sealed class LetterDigest
{
    private readonly byte[] _sum = new byte[32];

    /// <summary>How many letters it is of.</summary>
    public long Letters { get; private set; }

    /// <summary>The sum, most significant byte first.</summary>
    public ReadOnlyMemory<byte> Sum => _sum;

    /// <summary>Adds a letter.</summary>
    public void Add(Letter letter)
    {
        Letters++;
        var hash = letter.Sha256.Span;
        var carry = 0;
        for (var i = _sum.Length - 1; i >= 0; i--)
        {
            carry += _sum[i] + hash[i];
            _sum[i] = (byte)carry;
            carry >>= 8;
        }
    }

    /// <summary>The sum in hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(_sum);
}
