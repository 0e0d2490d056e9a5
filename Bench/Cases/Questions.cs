namespace Votes.Bench.Cases;

/// <summary>Who is asked for totals during a drain.</summary>
public enum Questions
{
    /// <summary>Nobody is.</summary>
    None,

    /// <summary>The grains, 50 times a second, by a client of the cluster.</summary>
    Grains,

    /// <summary>The HTTP API, 200 times a second.</summary>
    Http,
}
