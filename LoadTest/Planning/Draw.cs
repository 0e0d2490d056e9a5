namespace Votes.LoadTest.Planning;

/// <summary>
/// Random numbers by address instead of by order: the same seed, stream and index give the same number.
/// </summary>
internal static class Draw
{
    /// <summary>64 well mixed bits.</summary>
    public static ulong Bits(long seed, DrawStream stream, long index) =>
        Mix(Mix((ulong)seed + ((ulong)stream * 0xD1B54A32D192ED03)) + ((ulong)index * 0x9E3779B97F4A7C15));

    /// <summary>A number from 0 to <paramref name="count" /> - 1.</summary>
    public static long Below(long count, ulong bits) => (long)Math.BigMul(bits, (ulong)count, out _);

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public static double Unit(ulong bits) => (bits >> 11) * (1.0 / (1L << 53));

    /// <summary>The finisher of SplitMix64: each input bit changes about half of the output's.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
