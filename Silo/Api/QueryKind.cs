namespace Votes.Silo.Api;

/// <summary>Kinds of costly queries. Each has room of its own, so that a flood of one kind leaves the others alone.</summary>
public enum QueryKind
{
    /// <summary>Lists and searches of laws.</summary>
    Lists,

    /// <summary>A law over time: its totals, its duplicates.</summary>
    Histories,

    /// <summary>The cluster's statistics: one answer for all, so one query at once.</summary>
    Stats,
}
