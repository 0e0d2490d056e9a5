namespace Votes.Silo.Api;

/// <summary>A law, with the sum of its durable votes.</summary>
/// <param name="LawId">Its id.</param>
/// <param name="Title">Its title; may be empty.</param>
/// <param name="Status">open or closed.</param>
/// <param name="Choices">What can be voted, in the law's order.</param>
/// <param name="OpensAt">Votes cast before this moment are rejected; null: no such limit.</param>
/// <param name="ClosesAt">Votes cast after this moment are rejected; null: no such limit.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="UpdatedAt">When its description changed last.</param>
/// <param name="Votes">Durable votes, of all choices.</param>
/// <param name="Version">The version of its totals.</param>
public sealed record LawView(
    string LawId,
    string Title,
    string Status,
    IReadOnlyList<string> Choices,
    DateTimeOffset? OpensAt,
    DateTimeOffset? ClosesAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Votes,
    long Version);
