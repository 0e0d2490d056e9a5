namespace Votes.Grains.Flush;

/// <summary>Exponential back-off with full jitter: see "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.</summary>
public static class RetryDelay
{
    /// <summary>The wait before the next attempt.</summary>
    /// <param name="failures">How many attempts have failed in a row, 1 or more.</param>
    /// <param name="min">The shortest wait.</param>
    /// <param name="max">The longest wait.</param>
    /// <param name="random">A number from 0 to 1.</param>
    public static TimeSpan After(int failures, TimeSpan min, TimeSpan max, double random)
    {
        var ceiling = min * Math.Pow(2, Math.Min(failures - 1, 30));
        ceiling = ceiling > max ? max : ceiling;
        return min + ((ceiling - min) * random);
    }
}
