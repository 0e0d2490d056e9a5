namespace Votes.Silo.Api;

/// <summary>A law, with the sum of its durable votes.</summary>
/// <param name="LawId">Its id.</param>
/// <param name="Title">Its title; may be empty.</param>
/// <param name="Status">open, closing (open until the votes published so far are settled) or closed.</param>
/// <param name="Choices">What can be voted, in the law's order.</param>
/// <param name="OpensAt">Votes cast before this moment are rejected; null: no such limit.</param>
/// <param name="ClosesAt">Votes cast after this moment are rejected; null: no such limit.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="UpdatedAt">When its description changed last.</param>
/// <param name="Votes">Durable votes, of all choices.</param>
/// <param name="Version">The version of its totals.</param>
/// <param name="Hidden">Whether lists and searches leave it out.</param>
/// <param name="ClosingSince">When a closing that waits for the last votes was asked for; null: none was.</param>
/// <param name="ClosedAt">When it was closed; null: it is not, or was before this was noted.</param>
/// <param name="RejectedAfterClose">Votes that were rejected because the law was closed, each once however often it
/// came.</param>
/// <param name="ClosingWaitsFor">While it is closing: what the closing waits for; else null.</param>
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
    long Version,
    bool Hidden,
    DateTimeOffset? ClosingSince,
    DateTimeOffset? ClosedAt,
    long RejectedAfterClose,
    string? ClosingWaitsFor = null);
