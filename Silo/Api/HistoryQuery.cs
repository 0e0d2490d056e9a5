namespace Votes.Silo.Api;

/// <summary>Which part of a law's history.</summary>
/// <param name="From">Its begin.</param>
/// <param name="To">Its end.</param>
/// <param name="Step">The time between two points.</param>
public sealed record HistoryQuery(DateTimeOffset From, DateTimeOffset To, TimeSpan Step)
{
    /// <summary>The most points of an answer.</summary>
    public const int MaxPoints = 500;

    private const int DefaultPoints = 60;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DefaultSpan = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxSpan = TimeSpan.FromDays(366);

    /// <summary>Reads a query string's values.</summary>
    /// <exception cref="BadRequestException">They make no range, or too many points.</exception>
    public static HistoryQuery Parse(DateTimeOffset? from, DateTimeOffset? to, int? step, DateTimeOffset now)
    {
        // Whole minutes where nobody says otherwise, the one that runs among them.
        var end = (to ?? (from is null ? WholeMinute(now + Minute - TimeSpan.FromTicks(1)) : now)).ToUniversalTime();
        if (end - DateTimeOffset.UnixEpoch < MaxSpan || end > now.AddDays(1))
        {
            throw new BadRequestException("to must be a time after 1971 and at most a day ahead.");
        }

        var start = (from ?? (end - DefaultSpan)).ToUniversalTime();
        var span = end - start;
        if (span <= TimeSpan.Zero || span > MaxSpan)
        {
            throw new BadRequestException("from must be before to, by 366 days at most.");
        }

        var seconds = step ?? (int)Math.Max(1, Math.Ceiling(span.TotalSeconds / DefaultPoints));
        if (seconds < 1 || Math.Ceiling(span.TotalSeconds / seconds) > MaxPoints)
        {
            throw new BadRequestException(
                $"step is {seconds}; it counts seconds, from 1, and must make at most {MaxPoints} points: for this range "
                + $"{Math.Ceiling(span.TotalSeconds / MaxPoints)} or more.");
        }

        return new HistoryQuery(start, end, TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Whether the minutes before <paramref name="until"/> can be read as such: no step begins or ends in one.</summary>
    public bool IsOfMinutes(DateTimeOffset until) =>
        From == WholeMinute(From) && Step.Ticks % Minute.Ticks == 0 && (To == WholeMinute(To) || To >= until);

    /// <summary>The number of points.</summary>
    public int Points => (int)Math.Ceiling((To - From) / Step);

    private static DateTimeOffset WholeMinute(DateTimeOffset time) => time.AddTicks(-(time.Ticks % Minute.Ticks));
}
