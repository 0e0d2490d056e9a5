namespace Votes.Grains.Counting;

/// <summary>The durable total of one choice of a law.</summary>
/// <param name="Choice">The choice.</param>
/// <param name="Total">Its counted votes.</param>
/// <param name="Version">How often the total was changed; of two figures for a choice the one with more is newer.</param>
public readonly record struct ChoiceTotal(string Choice, long Total, long Version);
