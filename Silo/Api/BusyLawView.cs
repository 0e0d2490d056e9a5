namespace Votes.Silo.Api;

/// <summary>A law with votes lately.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Title">Its title; may be empty.</param>
/// <param name="Status">open or closed.</param>
/// <param name="Votes">All its durable votes.</param>
/// <param name="VotesPerSecond">Votes counted a second, over the last ten seconds.</param>
public sealed record BusyLawView(string LawId, string Title, string Status, long Votes, double VotesPerSecond);
