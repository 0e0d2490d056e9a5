namespace Votes.DeadLetters;

/// <summary>How many letters have the same reason and field.</summary>
public sealed record LetterGroup(string Reason, string Field, long Count)
{
    /// <summary>Whether a replay of them can succeed.</summary>
    public bool CanSucceed => LetterReasons.CanSucceed(Reason);
}
