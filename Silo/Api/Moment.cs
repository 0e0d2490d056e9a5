using System.Globalization;

namespace Votes.Silo.Api;

/// <summary>
/// A moment that a caller names, in an address or a body: RFC 3339, and nothing that would have to be guessed. A day
/// without a time and a time without an offset are refused: whoever writes 24 December may mean its begin or its end,
/// in any zone.
/// </summary>
/// <param name="Value">The moment.</param>
public readonly record struct Moment(DateTimeOffset Value)
{
    /// <summary>What it must be, for people.</summary>
    internal const string Rule =
        "must be a date with a time and an offset (RFC 3339), such as 2026-12-24T18:00:00Z";

    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";
    private const int MostCharacters = 40;

    /// <summary>Reads a query string's value.</summary>
    public static bool TryParse(string? text, out Moment moment)
    {
        var isMoment = TryRead(text ?? "", out var value);
        moment = new Moment(value);
        return isMoment;
    }

    /// <summary>Reads a moment.</summary>
    internal static bool TryRead(string text, out DateTimeOffset moment)
    {
        moment = default;
        var upper = text.Length <= MostCharacters ? text.ToUpperInvariant() : "";

        // K also takes the absence of an offset, which stands behind the time's last digit.
        var hasOffset = upper.EndsWith('Z') || (upper.Length > 6 && upper[^6] is '+' or '-' && upper[^3] == ':');
        return hasOffset && DateTimeOffset.TryParseExact(
            upper, Form, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out moment);
    }
}
