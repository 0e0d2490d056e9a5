namespace Votes.Ingest.Messages;

/// <summary>Reads RFC 3339 timestamps, strictly: the framework's parsers take other forms as well.</summary>
public static class Rfc3339
{
    private const long MicrosecondsPerSecond = 1_000_000;
    private const int SecondsPerDay = 86_400;
    private const int ShortestLength = 20;

    private static readonly long UnixEpochDays = DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerDay;

    // The moments of the years 0001 to 9999 in UTC: what the database and the framework can both name. The very first is left
    // out: the database's driver takes it for -infinity, and Go and .NET write it for a time that is not set.
    private static readonly long MinSecond = -UnixEpochDays * SecondsPerDay;
    private static readonly long MaxSecond = (DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond) + MinSecond;

    /// <summary>
    /// Reads <c>2026-03-01T12:00:00.123456Z</c>: a real date of the years 0001 to 9999, save for the first microsecond,
    /// <c>T</c> and <c>Z</c> in either case, or an offset of hours and minutes. Digits behind the microsecond are cut off.
    /// A leap second, which falls at 23:59:60 UTC only, counts as the second that follows.
    /// </summary>
    /// <param name="text">The whole timestamp as UTF-8.</param>
    /// <param name="microseconds">Microseconds since 1970-01-01T00:00:00Z.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < ShortestLength
            || !TryDate(text, out var days)
            || text[10] is not ((byte)'T' or (byte)'t')
            || !TryTime(text[11..], out var secondOfDay, out var isLeapSecond))
        {
            return false;
        }

        var rest = text[19..];
        if (!TryFraction(ref rest, out var fraction) || !TryOffset(rest, out var offsetSeconds))
        {
            return false;
        }

        var second = ((days - UnixEpochDays) * SecondsPerDay) + secondOfDay - offsetSeconds;
        if (second < MinSecond || second > MaxSecond || (isLeapSecond && second % SecondsPerDay != 0))
        {
            return false;
        }

        if (second == MinSecond && fraction == 0)
        {
            return false;
        }

        microseconds = (second * MicrosecondsPerSecond) + fraction;
        return true;
    }

    private static bool TryDate(ReadOnlySpan<byte> text, out long days)
    {
        days = 0;
        if (!TryDigits(text[..4], out var year) || text[4] != '-'
            || !TryDigits(text[5..7], out var month) || text[7] != '-'
            || !TryDigits(text[8..10], out var day)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        days = new DateOnly(year, month, day).DayNumber;
        return true;
    }

    private static bool TryTime(ReadOnlySpan<byte> text, out int secondOfDay, out bool isLeapSecond)
    {
        secondOfDay = 0;
        isLeapSecond = false;
        if (!TryDigits(text[..2], out var hour) || text[2] != ':'
            || !TryDigits(text[3..5], out var minute) || text[5] != ':'
            || !TryDigits(text[6..8], out var second)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        isLeapSecond = second == 60;
        secondOfDay = (((hour * 60) + minute) * 60) + second;
        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> rest, out int microseconds)
    {
        microseconds = 0;
        if (rest[0] != '.')
        {
            return true;
        }

        var end = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (end <= 0)
        {
            return false;
        }

        for (var i = 1; i <= 6; i++)
        {
            microseconds = (microseconds * 10) + (i <= end ? rest[i] - '0' : 0);
        }

        rest = rest[(end + 1)..];
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (text.Length == 1)
        {
            return text[0] is (byte)'Z' or (byte)'z';
        }

        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-')
            || !TryDigits(text[1..3], out var hours) || text[3] != ':'
            || !TryDigits(text[4..6], out var minutes)
            || hours > 23 || minutes > 59)
        {
            return false;
        }

        seconds = ((hours * 60) + minutes) * 60;
        if (text[0] == '-')
        {
            seconds = -seconds;
        }

        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}
