using System.Globalization;
using System.Text;

namespace Votes.Grains;

/// <summary>The rule for law ids.</summary>
public static class LawIds
{
    /// <summary>The most characters (Unicode code points) of a law id.</summary>
    public const int MaxCharacters = 128;

    /// <summary>
    /// Whether the text is a law id: 1 to 128 characters, none of them a control character or half a pair, and not white
    /// space alone, which Orleans does not take for a grain's key.
    /// </summary>
    public static bool IsValid(string lawId)
    {
        var characters = 0;
        for (var at = 0; at < lawId.Length; characters++)
        {
            if (Rune.DecodeFromUtf16(lawId.AsSpan(at), out var rune, out var length)
                != System.Buffers.OperationStatus.Done
                || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Control)
            {
                return false;
            }

            at += length;
        }

        return characters is > 0 and <= MaxCharacters && !string.IsNullOrWhiteSpace(lawId);
    }
}
