namespace Votes.Silo.Access.Trail;

/// <summary>What the operator log calls the things that operators do.</summary>
public static class OperatorActions
{
    /// <summary>A key was exchanged for a cookie.</summary>
    public const string SignIn = "sign-in";

    /// <summary>A sign-in was ended by its owner.</summary>
    public const string SignOut = "sign-out";

    /// <summary>A request came with credentials that do not open the route.</summary>
    public const string Request = "request";

    /// <summary>A law was registered.</summary>
    public const string CreateLaw = "law-create";

    /// <summary>A law's description or window was changed.</summary>
    public const string ChangeLaw = "law-change";

    /// <summary>A law was deleted.</summary>
    public const string DeleteLaw = "law-delete";

    /// <summary>A law was closed, or its closing was asked for or called off.</summary>
    public const string CloseLaw = "law-close";

    /// <summary>A law's counted votes were exported.</summary>
    public const string ExportAudit = "audit-export";

    /// <summary>Dead letters were listed.</summary>
    public const string ListDeadLetters = "dead-letters-look";

    /// <summary>Dead letters were sent to be counted again.</summary>
    public const string ReplayDeadLetters = "dead-letters-replay";
}
