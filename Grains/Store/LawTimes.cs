namespace Votes.Grains.Store;

/// <summary>
/// The times of laws as expressions on <c>laws l</c>, read as the nearest that a vote can have: the years 1 to 9999. Rows that are
/// older than the table's constraints can hold others, or infinity, which a program cannot read, and one of them must
/// not fail a read of many laws. What a window says of votes stays the same, for no vote is cast outside of these years.
/// </summary>
public static class LawTimes
{
    /// <summary>When the law's window begins.</summary>
    public const string OpensAt = "CASE WHEN l.opens_at IS NOT NULL THEN " + Nearest + "l.opens_at" + End + " END";

    /// <summary>When the law's window ends.</summary>
    public const string ClosesAt = "CASE WHEN l.closes_at IS NOT NULL THEN " + Nearest + "l.closes_at" + End + " END";

    /// <summary>When the law was registered.</summary>
    public const string CreatedAt = Nearest + "l.created_at" + End;

    /// <summary>When the law was changed last.</summary>
    public const string UpdatedAt = Nearest + "l.updated_at" + End;

    private const string Nearest = "greatest('0001-01-01 00:00:00+00', least('9999-12-31 23:59:59.999999+00', ";
    private const string End = "))";
}
