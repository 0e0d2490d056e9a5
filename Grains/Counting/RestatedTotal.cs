namespace Votes.Grains.Counting;

/// <summary>A total in memory that was set to what is on record.</summary>
/// <param name="Before">As it was in memory.</param>
/// <param name="Now">As it is on record; version 0 where there is none.</param>
public readonly record struct RestatedTotal(ChoiceTotal Before, ChoiceTotal Now)
{
    /// <summary>
    /// Whether the record is older than what was in memory, and had been durable: the database has gone back. A total that was
    /// repaired downwards has a higher version.
    /// </summary>
    public bool WentBack =>
        Now.Version < Before.Version || (Now.Version == Before.Version && Now.Total < Before.Total);
}
