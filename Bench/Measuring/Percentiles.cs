namespace Votes.Bench.Measuring;

/// <summary>Percentiles of durations, in milliseconds; each is a value that occurred.</summary>
/// <param name="P50">Half took no longer.</param>
/// <param name="P95">95 of 100 took no longer.</param>
/// <param name="P99">99 of 100 took no longer.</param>
/// <param name="Count">How many there were; 0 where the number is not known.</param>
public sealed record Percentiles(double P50, double P95, double P99, long Count)
{
    /// <summary>The percentiles of values in any order; null where there are none.</summary>
    public static Percentiles? Of(IReadOnlyCollection<double> milliseconds)
    {
        if (milliseconds.Count == 0)
            return null;
        var sorted = milliseconds.Order().ToArray();
        return new Percentiles(At(sorted, 0.50), At(sorted, 0.95), At(sorted, 0.99), sorted.Length);
    }

    // Nearest rank.
    private static double At(double[] sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
