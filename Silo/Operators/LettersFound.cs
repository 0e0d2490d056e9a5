using Votes.DeadLetters;

namespace Votes.Silo.Operators;

/// <summary>What a look at the dead letters found.</summary>
/// <param name="Ready">Letters that were there when it began.</param>
/// <param name="LookedAt">How many of them it looked at.</param>
/// <param name="Fit">How many of those are meant.</param>
/// <param name="Groups">They by reason and field, largest first.</param>
/// <param name="Letters">The first of them.</param>
public sealed record LettersFound(
    long Ready, long LookedAt, long Fit, IReadOnlyList<LetterGroup> Groups, IReadOnlyList<ListedLetter> Letters);
