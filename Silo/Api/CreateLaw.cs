using System.ComponentModel;

namespace Votes.Silo.Api;

/// <summary>A law to be registered.</summary>
/// <param name="Id">Its id: 1 to 128 characters, no control characters.</param>
/// <param name="Title">Its title, at most 500 characters.</param>
/// <param name="Choices">1 to 100 different choices; yes, no and abstain without it.</param>
/// <param name="OpensAt">Votes cast before this moment are rejected.</param>
/// <param name="ClosesAt">Votes cast after this moment are rejected.</param>
public sealed record CreateLaw(
    [property: Description("1 to 128 characters, no control characters.")] string? Id,
    [property: Description("At most 500 characters.")] string? Title,
    [property: Description("1 to 100 different ones of 1 to 64 characters; yes, no, abstain without it.")]
    IReadOnlyList<string>? Choices,
    [property: Description("Votes cast earlier are rejected; RFC 3339.")] DateTimeOffset? OpensAt,
    [property: Description("Votes cast later are rejected; RFC 3339.")] DateTimeOffset? ClosesAt);
