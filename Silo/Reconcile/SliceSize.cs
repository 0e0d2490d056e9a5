namespace Votes.Silo.Reconcile;

/// <summary>
/// How many votes the next statement recounts: so many that it takes about a second, since a pause comes only behind it.
/// Owned by its silo's checks, one at a time.
/// </summary>
/// <param name="most">The largest slice.</param>
internal sealed class SliceSize(int most)
{
    // Where nothing is known of the machine yet: well below a second unless it is very busy.
    private const int First = 50_000;

    private static readonly TimeSpan Aim = TimeSpan.FromSeconds(1);

    /// <summary>The votes of the next slice.</summary>
    public long Votes { get; private set; } = Math.Min(First, most);

    /// <summary>A slice took longer than a statement may.</summary>
    /// <param name="votes">What half of it would be.</param>
    public void Shrink(long votes) => Votes = Math.Clamp(votes, 1, Votes);

    /// <summary>A slice was recounted.</summary>
    /// <param name="votes">How many votes it turned out to have.</param>
    /// <param name="took">How long its statement took.</param>
    /// <param name="wasSplit">Whether it had to be made smaller first.</param>
    public void Ended(long votes, TimeSpan took, bool wasSplit)
    {
        if (took > Aim)
        {
            Votes = Math.Clamp((long)(votes * (Aim / took)), 1, Votes);
        }
        else if (!wasSplit && took < Aim / 2 && votes >= Votes / 2)
        {
            // A slice with few votes says nothing of how long many would take.
            Votes = Math.Min(most, 2 * Votes);
        }
    }
}
