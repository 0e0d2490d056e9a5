using System.Globalization;
using System.Text;
using Votes.Grains;
using Votes.Grains.Interfaces;

namespace Votes.Silo.Api;

/// <summary>What a law may be: the same bounds as the table's, with messages for people. Pure.</summary>
public static class LawRules
{
    private const int MaxChoices = 100;
    private const int MaxChoiceCharacters = 64;
    private const int MaxTitleCharacters = 500;

    /// <summary>Checks a new law.</summary>
    /// <exception cref="BadRequestException">It breaks a rule.</exception>
    public static void Check(CreateLaw law)
    {
        if (FaultOf(law.Id, LawIds.MaxCharacters) is { } fault)
        {
            throw new BadRequestException($"id must have 1 to {LawIds.MaxCharacters} characters that can be seen. {fault.Detail}");
        }

        if (law.Id is "." or "..")
        {
            throw new BadRequestException("id must not be . or .., which no address can hold.");
        }

        CheckTitle(law.Title);
        if (law.Choices is { } choices)
        {
            CheckChoices(choices, "choices");
        }

        CheckWindow(law.OpensAt, law.ClosesAt);
    }

    /// <summary>Checks a change, as far as it can be without the law.</summary>
    /// <exception cref="BadRequestException">It breaks a rule.</exception>
    public static void Check(ChangeLaw change)
    {
        if (change.IsEmpty)
        {
            throw new BadRequestException(
                "Nothing to change: name title, opens_at, closes_at, add_choices, hidden or close.");
        }

        if (change.Force && change.Close != CloseHow.Now)
        {
            throw new BadRequestException("force goes with \"close\": true alone.");
        }

        CheckTitle(change.Title);
        CheckWindow(change.OpensAt, change.ClosesAt);
        if (change.AddChoices is { Count: 0 })
        {
            throw new BadRequestException("add_choices must hold at least one choice.");
        }
    }

    /// <summary>Checks a title.</summary>
    /// <exception cref="BadRequestException">It breaks a rule.</exception>
    public static void CheckTitle(string? title)
    {
        if (title is not null && !IsText(title, 0, MaxTitleCharacters))
        {
            throw new BadRequestException($"title must have at most {MaxTitleCharacters} characters and no control characters.");
        }
    }

    /// <summary>Checks when a law takes votes.</summary>
    /// <exception cref="BadRequestException">It breaks a rule.</exception>
    public static void CheckWindow(DateTimeOffset? opensAt, DateTimeOffset? closesAt)
    {
        if (opensAt >= closesAt)
        {
            throw new BadRequestException("opens_at must be before closes_at.");
        }
    }

    /// <summary>Checks the choices of a law.</summary>
    /// <param name="choices">The choices.</param>
    /// <param name="name">What to call them.</param>
    /// <exception cref="BadRequestException">They break a rule.</exception>
    public static void CheckChoices(IReadOnlyList<string> choices, string name)
    {
        if (choices.Count is 0 or > MaxChoices)
        {
            throw new BadRequestException($"{name} must hold 1 to {MaxChoices} choices.");
        }

        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var choice in choices)
        {
            if (FaultOf(choice, MaxChoiceCharacters) is { } fault)
            {
                throw new BadRequestException(
                    $"Each of {name} must have 1 to {MaxChoiceCharacters} characters that can be seen. '{Shown(choice)}': {fault.Detail}");
            }

            if (!seen.TryAdd(LawText.LooksOf(choice), choice))
            {
                throw new BadRequestException(
                    $"{name} must be different from each other in more than capitals and blanks: "
                    + $"'{seen[LawText.LooksOf(choice)]}' and '{choice}' are not.");
            }
        }
    }

    private static TextFault? FaultOf(string? text, int maxCharacters) =>
        text is null ? new TextFault(LawText.Empty, "It is missing.") : LawText.FaultOf(text, maxCharacters);

    /// <summary>The text with what cannot be seen as its code.</summary>
    private static string Shown(string? text) => string.Concat((text ?? "").Take(MaxChoiceCharacters).Select(static c =>
        LawText.IsPlain(c) ? c.ToString() : string.Create(CultureInfo.InvariantCulture, $"<U+{(int)c:X4}>")));

    private static bool IsText(string text, int least, int most)
    {
        var characters = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            // Half a surrogate pair comes as the replacement character, which no database could tell from the real one.
            if (Rune.IsControl(rune))
            {
                return false;
            }

            characters++;
        }

        return characters >= least && characters <= most && IsWellFormed(text);
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
