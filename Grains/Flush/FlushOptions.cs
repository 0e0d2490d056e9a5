using System.ComponentModel.DataAnnotations;

namespace Votes.Grains.Flush;

/// <summary>When votes are flushed, and how many may wait. Section "Flush" of the configuration.</summary>
public sealed class FlushOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Flush";

    /// <summary>How long a vote waits for company before its lane flushes it. 10 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The least time from the start of one flush of a lane to the next, save where <see cref="EarlyVotes"/> are waiting:
    /// it bounds the transactions per second, however many laws are busy. 0 to 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan EarlyInterval { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>A lane with this many votes pending flushes at once. 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int EarlyVotes { get; set; } = 5_000;

    /// <summary>The most votes in one transaction. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxVotes { get; set; } = 10_000;

    /// <summary>Lanes: database connections that write side by side; a law lives in one of them. 1 to 64.</summary>
    [Range(1, 64)]
    public int Lanes { get; set; } = 2;

    /// <summary>The most votes that may be pending on a silo; calls that bring more wait. 1 to 10,000,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxPendingVotes { get; set; } = 200_000;

    /// <summary>
    /// How long the silo tries to write a vote before it gives it back to its sender, who holds it and sends it again,
    /// whatever the attempt to write it does. Less than the clients' response timeout, so that an answer is still awaited.
    /// 100 ms to 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan GiveBackAfter { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// How long one statement may take. A second later a connection that has not answered is given up: so long, at most,
    /// does a silent server keep its lane from another connection. 1 s to 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How long a flush waits for a lock. Laws whose totals are locked for longer are set apart, and the other laws of the
    /// lane are written without them. Less than <see cref="CommandTimeout"/>, or the server ends the statement first, and
    /// less than <see cref="GiveBackAfter"/>, or the others' votes go back meanwhile. 100 ms to 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The first wait after a failed flush; it doubles up to <see cref="MaxRetryDelay"/>. 1 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan MinRetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait after a failed flush. 1 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Interval >= GiveBackAfter)
        {
            yield return MustBeLess(nameof(Interval), Interval, nameof(GiveBackAfter), GiveBackAfter,
                "or votes go back before anything tries to write them");
        }

        if (EarlyInterval >= GiveBackAfter)
        {
            yield return MustBeLess(nameof(EarlyInterval), EarlyInterval, nameof(GiveBackAfter), GiveBackAfter,
                "or votes go back before anything tries to write them");
        }

        if (LockTimeout >= GiveBackAfter)
        {
            yield return MustBeLess(nameof(LockTimeout), LockTimeout, nameof(GiveBackAfter), GiveBackAfter,
                "or one law that is locked makes the others' votes go back");
        }

        if (LockTimeout >= CommandTimeout)
        {
            yield return MustBeLess(nameof(LockTimeout), LockTimeout, nameof(CommandTimeout), CommandTimeout,
                "or nobody learns that it was a lock");
        }

        if (MinRetryDelay > MaxRetryDelay)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(MinRetryDelay)} is {MinRetryDelay}; it must not be more than "
                + $"{Section}:{nameof(MaxRetryDelay)}, {MaxRetryDelay}.",
                [nameof(MinRetryDelay)]);
        }
    }

    private static ValidationResult MustBeLess(string key, TimeSpan value, string bound, TimeSpan of, string why) => new(
        $"{Section}:{key} is {value}; it must be less than {Section}:{bound}, {of}, {why}.", [key]);
}
