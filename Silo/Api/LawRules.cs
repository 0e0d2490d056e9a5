using System.Text;

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
        if (law.Id is null || !LawIdInPath.IsLawId(law.Id))
        {
            throw new BadRequestException("id must have 1 to 128 characters, not all of them spaces, and no control characters.");
        }

        if (law.Id is "." or "..")
        {
            throw new BadRequestException("id must not be . or .., which no address can hold.");
        }

        CheckTitle(law.Title);
        CheckChoices(law.Choices);
        CheckWindow(law.OpensAt, law.ClosesAt);
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

    private static void CheckChoices(IReadOnlyList<string>? choices)
    {
        if (choices is null)
        {
            return;
        }

        if (choices.Count is 0 or > MaxChoices)
        {
            throw new BadRequestException($"choices must hold 1 to {MaxChoices} choices.");
        }

        if (choices.Any(static choice => choice is null || !IsText(choice, 1, MaxChoiceCharacters)))
        {
            throw new BadRequestException(
                $"Each of choices must have 1 to {MaxChoiceCharacters} characters and no control characters.");
        }

        if (choices.Distinct(StringComparer.Ordinal).Count() != choices.Count)
        {
            throw new BadRequestException("choices must be different from each other.");
        }
    }

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
