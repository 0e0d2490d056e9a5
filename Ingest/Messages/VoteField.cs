namespace Votes.Ingest.Messages;

/// <summary>The names of the fields of the message contract.</summary>
public static class VoteField
{
    /// <summary>Identity of the cast vote: a UUID.</summary>
    public const string VoteId = "vote_id";

    /// <summary>The law.</summary>
    public const string LawId = "law_id";

    /// <summary>Who votes.</summary>
    public const string VoterId = "voter_id";

    /// <summary>What the vote is for.</summary>
    public const string Choice = "choice";

    /// <summary>When the vote was cast; optional.</summary>
    public const string CastAt = "cast_at";
}
