using System.ComponentModel.DataAnnotations;

namespace Votes.Silo.Api.Live;

/// <summary>The limits of live streams. Section "Live" of the configuration.</summary>
public sealed class LiveOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Live";

    /// <summary>How often a law that somebody watches is asked for its totals. 50 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a stream may be silent before it carries a heartbeat. 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a reader may take for one event before it is cut off. 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Streams of one silo that may be open. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxStreams { get; set; } = 5_000;

    /// <summary>Streams that one client address may have open on a silo. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxStreamsPerClient { get; set; } = 200;

    /// <summary>Laws in one stream. 1 to 100.</summary>
    [Range(1, 100)]
    public int MaxLawsPerStream { get; set; } = 20;

    /// <summary>Different laws that are watched on a silo. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxWatchedLaws { get; set; } = 1_000;
}
