namespace Votes.DeadLetters;

/// <summary>Which letters are meant: those that fit everything that is set. Pure.</summary>
public sealed record LetterFilter
{
    /// <summary>The code of the reason; null: any.</summary>
    public string? Reason { get; init; }

    /// <summary>The offending field; empty: none is named; null: any.</summary>
    public string? Field { get; init; }

    /// <summary>The law that the message names; null: any, or none.</summary>
    public string? Law { get; init; }

    /// <summary>The letter's name, or the beginning of it; null: any.</summary>
    public string? Id { get; init; }

    /// <summary>Letters that were written before this moment; null: any. One that does not say when is not meant.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Whether anything is set.</summary>
    public bool IsSet =>
        Reason is not null || Field is not null || Law is not null || Id is not null || Before is not null;

    /// <summary>
    /// Whether a letter is meant by a replay: those that no replay can help are, where their reason or the letter
    /// itself is named. A release that takes more than the one before makes such a replay worth while.
    /// </summary>
    public bool FitsReplay(Letter letter) =>
        Fits(letter) && (Reason is not null || Id is not null || LetterReasons.CanSucceed(letter.Reason));

    /// <summary>Whether a letter is meant.</summary>
    public bool Fits(Letter letter) =>
        (Reason is null || letter.Reason == Reason)
        && (Field is null || letter.Field == Field)
        && (Id is null || letter.Id.StartsWith(Id, StringComparison.OrdinalIgnoreCase))
        && (Before is null || letter.At < Before)
        && (Law is null || LetterLaw.Of(letter.Body.Span) == Law);
}
