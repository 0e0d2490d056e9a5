namespace Votes.Silo.Api;

/// <summary>What is known of the whole cluster.</summary>
/// <param name="Silos">Silos that are active members, as this silo sees the membership.</param>
/// <param name="Laws">Laws that are registered.</param>
/// <param name="OpenLaws">Those of them that take votes.</param>
/// <param name="Votes">Durable votes on all laws.</param>
/// <param name="VotesPerSecond">Votes counted a second, over the last ten seconds.</param>
/// <param name="Pending">Votes in the silos that wait for their commit; some may turn out to be duplicates.</param>
/// <param name="Backlog">
/// Votes that wait in the broker's queue, some seconds ago at most; null where the silo knows no broker, or it does not answer.
/// </param>
/// <param name="FlushLagMs">The longest that a vote took lately from its arrival at a silo to its commit.</param>
/// <param name="Busiest">The laws with the most votes over the last ten seconds, then those that had the last ones.</param>
/// <param name="AsOf">When this was read.</param>
public sealed record StatsView(
    int Silos,
    long Laws,
    long OpenLaws,
    long Votes,
    double VotesPerSecond,
    long Pending,
    long? Backlog,
    double FlushLagMs,
    IReadOnlyList<BusyLawView> Busiest,
    DateTimeOffset AsOf);
