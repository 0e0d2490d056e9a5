using System.Text.Json.Serialization;

namespace Votes.Ops.Archive;

/// <summary>A counted vote as one line of an archive: a row of <c>vote_audit</c>.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Voter">The voter's key.</param>
/// <param name="VoteId">Identity of the cast vote.</param>
/// <param name="Choice">The choice.</param>
/// <param name="CastAt">When it was cast, UTC, in microseconds.</param>
/// <param name="CountedAt">When it was counted, UTC, in microseconds.</param>
public sealed record ArchivedVote(
    [property: JsonPropertyName("law_id")] string LawId,
    [property: JsonPropertyName("voter")] Guid Voter,
    [property: JsonPropertyName("vote_id")] Guid VoteId,
    [property: JsonPropertyName("choice")] string Choice,
    [property: JsonPropertyName("cast_at")] DateTime CastAt,
    [property: JsonPropertyName("counted_at")] DateTime CountedAt);
