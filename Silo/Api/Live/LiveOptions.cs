using System.ComponentModel.DataAnnotations;

namespace Votes.Silo.Api.Live;

/// <summary>The limits of live streams. Section "Live" of the configuration.</summary>
public sealed class LiveOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Live";

    /// <summary>
    /// How often a law that somebody watches is asked for its totals, beside being told of changes by its grain: what is lost
    /// is made up for within this time. Less than the minute after which a grain forgets a watcher. 50 ms to 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:30")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

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
