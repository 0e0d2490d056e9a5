namespace Votes.Ops.Reconcile;

/// <summary>What the processes' statistics say, beside the votes on record.</summary>
/// <param name="Counted">Votes that Ingests were told are counted, in the minutes that are on record.</param>
/// <param name="OnRecord">Votes that are on record: of each total and its audit rows the greater number.</param>
/// <param name="Redelivered">Votes that Ingests were told were on record already.</param>
/// <param name="Accepted">Votes without a report that somebody has explained.</param>
public sealed record StatisticsReading(long Counted, long OnRecord, long Redelivered, long Accepted)
{
    /// <summary>
    /// Votes that were reported as counted and are on record nowhere: more than 0 is a loss. That it is 0 shows less: a process
    /// that was killed did not write its last minute, and rows that are old are deleted.
    /// </summary>
    public long Missing => Math.Max(0, Counted - OnRecord);

    /// <summary>
    /// Votes on record that no Ingest reported, those of the last minutes among them, whose reports are still to come. A vote
    /// whose first answer was lost is reported as redelivered, so that many are explained.
    /// </summary>
    public long Unreported => Math.Max(0, OnRecord - Counted - Redelivered - Accepted);
}
