namespace Votes.Grains.Interfaces;

/// <summary>What became of the votes of one batch; the four figures add up to the votes that were sent.</summary>
/// <param name="Counted">Votes that moved a total.</param>
/// <param name="Redelivered">Votes that were on record already, by their vote id: nothing changed.</param>
/// <param name="Duplicates">
/// Votes of voters who had already voted on this law with another vote id: each is a row in duplicate_attempts.
/// </param>
/// <param name="Rejected">Votes that may not be counted, with the reason; empty where there are none.</param>
[GenerateSerializer, Immutable]
[Alias("Votes.VoteBatchOutcome")]
public readonly record struct VoteBatchOutcome(
    [property: Id(0)] int Counted,
    [property: Id(1)] int Redelivered,
    [property: Id(2)] int Duplicates,
    [property: Id(3)] RejectedVote[] Rejected);
