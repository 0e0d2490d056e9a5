using System.ComponentModel.DataAnnotations;

namespace Votes.Telemetry.Statistics;

/// <summary>How long the statistics of minutes are kept. Section "Statistics" of the silo's configuration.</summary>
public sealed class StatisticsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Statistics";

    /// <summary>Silos delete rows that are older. 1 day to 10,000 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "10000.00:00:00")]
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(90);
}
