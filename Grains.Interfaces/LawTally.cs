namespace Votes.Grains.Interfaces;

/// <summary>The totals of one law at one moment.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Status">What is known of the law.</param>
/// <param name="Choices">A row per choice: those that the law names, in its order, then others that hold votes.</param>
/// <param name="Version">
/// Grows with every committed change of the law's totals and never goes back: an answer with a smaller version than one
/// already seen is older.
/// </param>
/// <param name="AsOf">When the durable totals were read or committed.</param>
/// <param name="Final">
/// The law is closed, and these totals were read after it was: no vote will move them any more. Pending votes, where there
/// are any, are on their way to being rejected, or to being found on record.
/// </param>
/// <param name="ChangedAt">When a durable total changed last; null: none ever has, or the silo is of an older
/// version.</param>
[GenerateSerializer, Immutable]
[Alias("Votes.LawTally")]
public sealed record LawTally(
    [property: Id(0)] string LawId,
    [property: Id(1)] LawStatus Status,
    [property: Id(2)] ChoiceTally[] Choices,
    [property: Id(3)] long Version,
    [property: Id(4)] DateTimeOffset AsOf,
    [property: Id(5)] bool Final,
    [property: Id(6)] DateTimeOffset? ChangedAt = null);
