namespace Votes.Silo.Api;

/// <summary>
/// What went wrong, for programs, which must not have to read sentences: the field code of a problem. A code never changes
/// its meaning.
/// </summary>
public static class ProblemCodes
{
    /// <summary>There is no law of this id.</summary>
    public const string UnknownLaw = "unknown_law";

    /// <summary>There is a law of this id.</summary>
    public const string LawExists = "law_exists";

    /// <summary>The law is closed.</summary>
    public const string LawClosed = "law_closed";

    /// <summary>The law has votes, and cannot be deleted.</summary>
    public const string LawHasVotes = "law_has_votes";

    /// <summary>Votes wait that a closing would reject, or it is not known whether any do.</summary>
    public const string VotesWait = "votes_wait";

    /// <summary>The address has no such parameter.</summary>
    public const string UnknownParameter = "unknown_parameter";

    /// <summary>There were no credentials.</summary>
    public const string KeyMissing = "key_missing";

    /// <summary>The key or token is not valid.</summary>
    public const string KeyInvalid = "key_invalid";

    /// <summary>The credentials are valid, and not an operator's.</summary>
    public const string OperatorsOnly = "operators_only";

    /// <summary>Nobody can be an operator, by the configuration.</summary>
    public const string NoOperators = "no_operators";

    /// <summary>A page of another site sent it.</summary>
    public const string OtherSite = "other_site";

    /// <summary>Too many questions wait for an answer.</summary>
    public const string TooBusy = "too_busy";

    /// <summary>The answer would have taken too long.</summary>
    public const string TooSlow = "too_slow";

    private const string Unknown = "error";

    // What a status says where nothing more is known.
    private static readonly Dictionary<int, string> ByStatus = new()
    {
        [400] = "bad_request",
        [401] = KeyMissing,
        [403] = "forbidden",
        [404] = "not_found",
        [405] = "method_not_allowed",
        [408] = "request_timeout",
        [409] = "conflict",
        [410] = "archived",
        [413] = "body_too_large",
        [415] = "not_json",
        [429] = "too_many_requests",
        [500] = "fault",
        [503] = "unavailable",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. ByStatus.Values,
        UnknownLaw, LawExists, LawClosed, LawHasVotes, VotesWait, UnknownParameter, KeyInvalid, OperatorsOnly, NoOperators, OtherSite, TooBusy, TooSlow,
        Unknown,
    ];

    /// <summary>The code of a status where nothing more is known.</summary>
    public static string Of(int status) => ByStatus.GetValueOrDefault(status, Unknown);
}
