namespace Votes.Ops.Reconcile;

/// <summary>A total beside the votes that it stands for.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Choice">The choice.</param>
/// <param name="Total">The total on record; 0 where there is none.</param>
/// <param name="AuditRows">The counted votes on record.</param>
public sealed record LedgerRow(string LawId, string Choice, long Total, long AuditRows)
{
    /// <summary>By how much the total is too high; negative where it is too low.</summary>
    public long Difference => Total - AuditRows;
}
