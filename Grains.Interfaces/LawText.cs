using System.Globalization;
using System.Text;

namespace Votes.Grains.Interfaces;

/// <summary>
/// The rule for law ids and choices at every door: the API where a law is made, Ingest where a vote names one, the
/// grain where a vote would register one. Two texts that people cannot tell apart would be two laws, or two choices
/// between which the votes split; so what cannot be seen is refused. Letters of different scripts that look alike are
/// not told apart. Pure.
/// </summary>
public static class LawText
{
    /// <summary>The code of a text without characters.</summary>
    public const string Empty = "empty";

    /// <summary>The code of a text with too many characters.</summary>
    public const string TooLong = "too_long";

    /// <summary>The code of a text with a control character.</summary>
    public const string ControlCharacter = "control_character";

    /// <summary>The code of a text with half of a surrogate pair.</summary>
    public const string NotText = "not_text";

    /// <summary>The code of a text with a character that cannot be seen, or looks like a blank and is none.</summary>
    public const string InvisibleCharacter = "invisible_character";

    /// <summary>The code of a text that begins or ends with a blank.</summary>
    public const string OuterBlank = "outer_blank";

    /// <summary>The code of a text that Unicode calls equal to another one, its composed form (NFC).</summary>
    public const string NotComposed = "not_composed";

    /// <summary>Why the text cannot be a law id or a choice; null where it can.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxCharacters">The most characters (Unicode code points).</param>
    public static TextFault? FaultOf(string text, int maxCharacters)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            // No grain can have such a key.
            return new TextFault(Empty, text.Length == 0 ? "The field is empty." : "The field is white space and nothing else.");
        }

        var characters = 0;
        for (var at = 0; at < text.Length;)
        {
            characters++;
            if (Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length) != System.Buffers.OperationStatus.Done)
            {
                return new TextFault(NotText, $"Character {characters} is half of a surrogate pair.");
            }

            if (Rune.IsControl(rune))
            {
                return new TextFault(ControlCharacter, $"Character {characters} is a control character.");
            }

            if (!IsVisible(rune))
            {
                return new TextFault(
                    InvisibleCharacter,
                    $"Character {characters}, U+{rune.Value:X4}, cannot be seen, or looks like a blank and is none.");
            }

            at += length;
        }

        return characters switch
        {
            _ when characters > maxCharacters =>
                new TextFault(TooLong, $"It has {characters} characters; at most {maxCharacters} are allowed."),
            _ when text[0] == ' ' || text[^1] == ' ' => new TextFault(OuterBlank, "It begins or ends with a blank."),
            _ when !IsComposed(text, characters) =>
                new TextFault(NotComposed, "It is not in the composed form (NFC), in which it is another sequence of characters."),
            _ => null,
        };
    }

    /// <summary>What people see of a text, roughly: the same for texts that differ in capitals and in the number of
    /// blanks alone.</summary>
    public static string LooksOf(string text) =>
        string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();

    /// <summary>Whether a character, or half of a pair, can be shown as it is.</summary>
    public static bool IsPlain(char character) => Rune.TryCreate(character, out var rune) && !Rune.IsControl(rune) && IsVisible(rune);

    private static bool IsComposed(string text, int characters)
    {
        if (Ascii.IsValid(text))
        {
            return true;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var composed = new byte[characters * CanonicalForm.MostBytesPerCharacter];
        return composed.AsSpan(0, new CanonicalForm(characters).Write(bytes, composed)).SequenceEqual(bytes);
    }

    private static bool IsVisible(Rune rune)
    {
        if (rune.IsAscii)
        {
            return true;
        }

        return Rune.GetUnicodeCategory(rune) is not (
                UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
            && !IsBlankLetter(rune.Value);
    }

    /// <summary>Characters that leave no mark although their category is that of letters, marks or symbols.</summary>
    private static bool IsBlankLetter(int character) => character is
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164
        or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0100 and <= 0xE01EF);
}
