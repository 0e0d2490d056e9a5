namespace Votes.Grains.Laws;

/// <summary>Laws whose description changed.</summary>
/// <param name="Laws">The laws as they are now.</param>
/// <param name="AsOf">What has been seen with them: the next read starts from it.</param>
public sealed record ChangedLaws(IReadOnlyList<Law> Laws, LawsAsOf AsOf);
