using System.ComponentModel.DataAnnotations;

namespace Votes.Silo.Reconcile;

/// <summary>How often totals are recounted, and what that may cost. Section "Reconcile" of the configuration.</summary>
public sealed class ReconcileOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Reconcile";

    /// <summary>The time from one check to the next, of all silos together. 10 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one statement of a check may take; less than <see cref="Interval"/>. 1 s to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The votes that one check recounts, as its laws' totals have them: as many laws as it takes to reach this number, at
    /// least one. Fewer where half of <see cref="Interval"/> is over first. 1 to 1,000,000,000.
    /// </summary>
    [Range(1, 1_000_000_000)]
    public int VotesPerCheck { get; set; } = 5_000_000;

    /// <summary>
    /// The share of its time that a check's statements may take; between them it waits, so that votes have the rest of the
    /// core and of the disk. 0.001 to 1.
    /// </summary>
    [Range(0.001, 1.0)]
    public double Share { get; set; } = 0.1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // Or two checks could run side by side.
        if (StatementTimeout >= Interval)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(StatementTimeout)} is '{StatementTimeout}'; it must be less than "
                + $"{Section}:{nameof(Interval)}, which is {Interval}.");
        }
    }
}
