namespace Votes.Silo.Access.Trail;

/// <summary>How the operator log says that something ended.</summary>
public static class OperatorOutcomes
{
    /// <summary>It was done.</summary>
    public const string Done = "done";

    /// <summary>It was refused, and nothing was changed.</summary>
    public const string Refused = "refused";

    /// <summary>It was allowed and has begun; an entry that says how it ended follows, unless the silo was killed.</summary>
    public const string Begun = "begun";

    /// <summary>It was allowed and began, and failed before its end.</summary>
    public const string Failed = "failed";

    /// <summary>Further refusals, of which only the number is kept.</summary>
    public const string Suppressed = "suppressed";
}
