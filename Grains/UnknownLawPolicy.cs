namespace Votes.Grains;

/// <summary>What happens to votes on a law that the database does not hold.</summary>
public enum UnknownLawPolicy
{
    /// <summary>The law is registered with the default choices and the votes are counted.</summary>
    Accept,

    /// <summary>The votes are rejected.</summary>
    Reject,
}
