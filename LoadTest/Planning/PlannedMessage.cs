namespace Votes.LoadTest.Planning;

/// <summary>One message of a plan.</summary>
/// <param name="Index">Its place in the plan, from 0.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Source">
/// The message whose bytes it carries: itself, or for a redelivery the message that is sent twice.
/// </param>
/// <param name="Ballot">Which (law, voter) it votes for, from 0; -1 where malformed.</param>
/// <param name="Voter">Which voter votes, by the first ballot of theirs; -1 where malformed.</param>
/// <param name="Law">The law, by its place in the plan.</param>
/// <param name="Choice">The choice, by its place among the law's; -1 where malformed.</param>
/// <param name="Malformed">The rule it breaks, where malformed.</param>
public readonly record struct PlannedMessage(
    long Index, MessageKind Kind, long Source, long Ballot, long Voter, int Law, int Choice, MalformedKind Malformed);
