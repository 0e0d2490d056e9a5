namespace Votes.Silo.Reconcile;

/// <summary>A total that is not its number of counted votes.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Choice">The choice.</param>
/// <param name="Total">The total on record; 0 where there is none.</param>
/// <param name="AuditRows">The counted votes on record.</param>
public sealed record WrongTotal(string LawId, string Choice, long Total, long AuditRows)
{
    /// <summary>By how much the total is too high; negative where it is too low.</summary>
    public long Difference => Total - AuditRows;
}
