using System.ComponentModel.DataAnnotations;

namespace Votes.Grains.Board;

/// <summary>The board of the busiest laws. Section "Board" of the configuration.</summary>
public sealed class BoardOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Board";

    /// <summary>How often a silo tells the board what it counted, where it did. 50 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan PublishInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most laws in one event. 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int LawsPerEvent { get; set; } = 100;

    /// <summary>The most laws on the board. 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int Laws { get; set; } = 500;

    /// <summary>How often the board reads the totals of its laws from the database, for events get lost. 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SyncInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the board is saved, where it has changed. 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SaveInterval { get; set; } = TimeSpan.FromSeconds(10);
}
