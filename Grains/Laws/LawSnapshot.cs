using Votes.Grains.Counting;

namespace Votes.Grains.Laws;

/// <summary>What the database holds on one law, read in one snapshot.</summary>
/// <param name="Law">The law; its status is unknown where it is not registered.</param>
/// <param name="Totals">Its totals, one per choice that holds votes.</param>
/// <param name="ChangedAt">When one of them changed last; null: there is none.</param>
public sealed record LawSnapshot(Law Law, IReadOnlyList<ChoiceTotal> Totals, DateTimeOffset? ChangedAt = null);
