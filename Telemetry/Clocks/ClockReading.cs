using System.Globalization;

namespace Votes.Telemetry.Clocks;

/// <summary>This machine's clock and the database's at one moment. Pure.</summary>
/// <param name="Own">What this machine's clock said.</param>
/// <param name="Database">What the database's clock said.</param>
/// <param name="Uncertainty">By how much the two may be from two moments: half of the question's round trip.</param>
/// <param name="Timestamp">The time stamp of the moment, of the provider that <see cref="Own"/> is from.</param>
public sealed record ClockReading(DateTimeOffset Own, DateTimeOffset Database, TimeSpan Uncertainty, long Timestamp)
{
    /// <summary>How far this machine's clock is ahead of the database's.</summary>
    public TimeSpan Offset => Own - Database;

    /// <summary>Whether the clocks differ by more than a bound, whatever the uncertainty hides.</summary>
    public bool IsOff(TimeSpan tolerance) => Offset.Duration() - Uncertainty > tolerance;

    /// <summary>Refuses clocks that differ by more than a bound.</summary>
    /// <exception cref="ClockException">They do; the message names both times.</exception>
    public void ThrowIfOff(TimeSpan tolerance)
    {
        if (IsOff(tolerance))
        {
            throw new ClockException(string.Create(
                CultureInfo.InvariantCulture,
                $"This machine's clock says {Own.UtcDateTime:O} and the database's {Database.UtcDateTime:O}: they differ by ")
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Offset.Duration().TotalSeconds:F1} s, and may differ by {tolerance} (Cluster:ClockTolerance). ")
                + "Set the wrong clock (chronyd or another NTP client), then start this process again.");
        }
    }
}
