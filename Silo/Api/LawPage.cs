namespace Votes.Silo.Api;

/// <summary>A part of a list.</summary>
/// <param name="Page">Which part, from 1.</param>
/// <param name="Limit">The most laws on a page.</param>
/// <param name="More">Whether there is a next page.</param>
/// <param name="Laws">The laws.</param>
/// <param name="Note">Set on the last page that there can be, where there are laws behind it: how to reach
/// them.</param>
public sealed record LawPage(int Page, int Limit, bool More, IReadOnlyList<LawView> Laws, string? Note = null);
