namespace Votes.DeadLetters;

/// <summary>One letter of a list.</summary>
/// <param name="Id">Its name.</param>
/// <param name="At">When it was written; null where it does not say.</param>
/// <param name="SentAt">When the publisher says it sent the message; null where it does not say.</param>
/// <param name="Reason">The code of the reason.</param>
/// <param name="Field">The offending field.</param>
/// <param name="Detail">A sentence on the reason.</param>
/// <param name="Law">The law that the message names; null where none can be read.</param>
/// <param name="Bytes">The length of the body.</param>
/// <param name="Replays">How often the message was replayed already.</param>
public sealed record ListedLetter(
    string Id,
    DateTimeOffset? At,
    DateTimeOffset? SentAt,
    string Reason,
    string Field,
    string Detail,
    string? Law,
    int Bytes,
    int Replays)
{
    /// <summary>Whether a replay of it can succeed.</summary>
    public bool CanSucceed => LetterReasons.CanSucceed(Reason);

    /// <summary>Lists a letter.</summary>
    public static ListedLetter Of(Letter letter) => new(
        letter.Id,
        letter.At,
        letter.SentAt,
        letter.Reason,
        letter.Field,
        letter.Detail,
        LetterLaw.Of(letter.Body.Span),
        letter.Body.Length,
        letter.Replays);
}
