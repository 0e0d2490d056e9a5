namespace Votes.Bench.Running;

/// <summary>How long the bench waits for what has no event to wait for, and how often it looks.</summary>
internal static class WaitLimits
{
    /// <summary>How often a drain is looked at.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>How often CPU times are read.</summary>
    public static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(200);

    /// <summary>A drain in which nothing moves for this long has failed.</summary>
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    /// <summary>How long the servers get to come to rest before a run.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    /// <summary>How long a worker gets to stop before it is killed.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(10);

    /// <summary>How often metrics pages are read: a Prometheus server's shortest usual period.</summary>
    public static readonly TimeSpan Scrape = TimeSpan.FromSeconds(5);
}
