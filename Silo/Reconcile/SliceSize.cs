namespace Votes.Silo.Reconcile;

/// <summary>
/// How many votes the next slice has: halved when one takes too long, doubled again when one does not. Owned by its
/// silo's checks, one at a time.
/// </summary>
/// <param name="most">The largest slice.</param>
internal sealed class SliceSize(int most)
{
    /// <summary>The votes of the next slice.</summary>
    public long Votes { get; private set; } = most;

    /// <summary>A slice took too long.</summary>
    /// <param name="votes">What half of it would be.</param>
    public void Shrink(long votes) => Votes = Math.Clamp(votes, 1, Votes);

    /// <summary>A slice was recounted.</summary>
    /// <param name="wasSplit">Whether it had to be made smaller first.</param>
    public void Ended(bool wasSplit) => Votes = wasSplit ? Votes : Math.Min(most, 2 * Votes);
}
