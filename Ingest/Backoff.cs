namespace Votes.Ingest;

/// <summary>
/// How long to wait before trying again: exponential, with full jitter, so that processes do not try in step.
/// </summary>
/// <param name="Min">The shortest wait.</param>
/// <param name="Max">The longest wait.</param>
public readonly record struct Backoff(TimeSpan Min, TimeSpan Max)
{
    private const int MaxDoublings = 30;

    /// <summary>The wait after so many failures in a row.</summary>
    /// <param name="failures">1 or more.</param>
    /// <param name="random">A random number from 0 to 1.</param>
    public TimeSpan Delay(int failures, double random)
    {
        var doubled = Min.TotalSeconds * Math.Pow(2, Math.Clamp(failures, 0, MaxDoublings));
        var longest = Math.Min(doubled, Max.TotalSeconds);
        return TimeSpan.FromSeconds(Min.TotalSeconds + ((longest - Min.TotalSeconds) * random));
    }
}
