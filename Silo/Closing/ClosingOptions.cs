using System.ComponentModel.DataAnnotations;

namespace Votes.Silo.Closing;

/// <summary>How a closing waits for the last votes. Section "Closing" of the configuration.</summary>
public sealed class ClosingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Closing";

    /// <summary>
    /// What must pass between a moment at which the queue was empty and the receipt of all votes that Ingests still
    /// hold, before the votes published earlier count as settled. More than two heartbeats of Ingests' connections
    /// (RabbitMq:Heartbeat): after these the broker has taken back what it sent and never arrived. 1 s to 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a silo checks a closing that waits. 100 ms to 5 s: Ingests report each two seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:05")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);
}
