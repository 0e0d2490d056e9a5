namespace Votes.Grains.Laws;

/// <summary>Moments as microseconds since 1970-01-01T00:00:00Z, the resolution of PostgreSQL's timestamptz.</summary>
public static class Micros
{
    private const long Earliest = -62_135_596_800_000_000;
    private const long Latest = 253_402_300_799_999_999;

    /// <summary>The moment in microseconds since the Unix epoch, rounded down.</summary>
    public static long Since(DateTimeOffset moment) =>
        Math.DivRem(moment.UtcTicks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerMicrosecond) switch
        {
            (var whole, < 0) => whole - 1,
            var (whole, _) => whole,
        };

    /// <summary>The moment that <paramref name="microseconds"/> stands for; its kind is UTC.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside the years 1 to 9999.</exception>
    public static DateTime ToUtc(long microseconds) =>
        DateTime.UnixEpoch.AddTicks(checked(microseconds * TimeSpan.TicksPerMicrosecond));

    /// <summary>The moment without what is finer than a microsecond, in UTC: as the database and every JSON reader can
    /// hold it.</summary>
    public static DateTimeOffset Floor(DateTimeOffset moment) => new(ToUtc(Since(moment)));

    /// <summary>Whether <see cref="ToUtc"/> can express the moment: the years 1 to 9999.</summary>
    public static bool IsInRange(long microseconds) => microseconds >= Earliest && microseconds <= Latest;
}
