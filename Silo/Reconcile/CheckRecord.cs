namespace Votes.Silo.Reconcile;

/// <summary>What is on record of the checks of all silos.</summary>
/// <param name="CheckedAt">When a check succeeded last; null: none has.</param>
/// <param name="SweptAt">When all laws had been recounted once more; null: not yet.</param>
/// <param name="Duration">How long the last check took.</param>
/// <param name="Difference">Sum of the absolute differences that stand.</param>
/// <param name="Laws">Number of laws that differ.</param>
/// <param name="Unreported">Votes on record that no Ingest reported.</param>
/// <param name="OnRecord">Votes on record when reports were compared with them last.</param>
public sealed record CheckRecord(
    DateTimeOffset? CheckedAt, DateTimeOffset? SweptAt, TimeSpan Duration, long Difference, long Laws,
    long Unreported, long OnRecord);
