namespace Votes.Silo.Access;

/// <summary>What a caller may be, and the policies that ask for it.</summary>
public static class Roles
{
    /// <summary>The claim that holds the role.</summary>
    public const string Claim = "votes-role";

    /// <summary>May do everything.</summary>
    public const string Operator = "operator";

    /// <summary>May read what is public where the public needs a key.</summary>
    public const string Reader = "reader";

    /// <summary>The policy of everything that is not public: routes, pages, dashboard.</summary>
    public const string OperatorsPolicy = "Operators";

    /// <summary>The policy of public routes: open to all, or to those with any key where the configuration says so.</summary>
    public const string PublicPolicy = "Public";
}
