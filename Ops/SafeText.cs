using System.Globalization;
using System.Text;

namespace Votes.Ops;

/// <summary>
/// Makes text of unknown origin fit for a terminal: what moves the cursor, changes colours, hides or turns text around is
/// written as its code, such as <c>&lt;U+001B&gt;</c>. Spectre's markup is not its business: print it as plain text. Pure.
/// </summary>
public static class SafeText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text with everything that is not to be shown as it is replaced by its code.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="most">How many characters of it are shown; the rest becomes an ellipsis.</param>
    public static string Of(string text, int most = int.MaxValue)
    {
        var safe = new StringBuilder(Math.Min(text.Length, most));
        var shown = 0;
        for (var i = 0; i < text.Length;)
        {
            if (shown++ == most)
                return safe.Append('…').ToString();
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                i += rune.Utf16SequenceLength;
                if (IsShown(rune))
                    safe.Append(rune.ToString());
                else
                    Code(safe, rune.Value);
            }
            else
            {
                // Half of a surrogate pair: no text at all.
                Code(safe, text[i++]);
            }
        }

        return safe.ToString();
    }

    /// <summary>The bytes as text, where they are UTF-8.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = Strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static void Code(StringBuilder safe, int value) =>
        safe.Append(CultureInfo.InvariantCulture, $"<U+{value:X4}>");
}
