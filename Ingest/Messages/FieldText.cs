using System.Globalization;
using System.Text;

namespace Votes.Ingest.Messages;

/// <summary>What the text of a field consists of; it has to be valid UTF-8. Pure.</summary>
internal static class FieldText
{
    /// <summary>Counts the characters of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="control">The number of the first control character, from 1; 0 where there is none.</param>
    public static int Count(ReadOnlySpan<byte> text, out int control)
    {
        var characters = 0;
        control = 0;
        byte previous = 0;
        foreach (var octet in text)
        {
            // Every byte of UTF-8 starts a character, save for those of the form 10xxxxxx.
            characters += (octet & 0xC0) != 0x80 ? 1 : 0;
            if (control == 0 && (octet is < 0x20 or 0x7F || (previous == 0xC2 && octet < 0xA0)))
            {
                control = characters;
            }

            previous = octet;
        }

        return characters;
    }

    /// <summary>Whether a text has a character that is not white space, control or format, such as a zero width space.</summary>
    public static bool HasVisibleCharacter(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var character, out var bytes);
            if (!Rune.IsWhiteSpace(character)
                && Rune.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                return true;
            }

            text = text[bytes..];
        }

        return false;
    }
}
