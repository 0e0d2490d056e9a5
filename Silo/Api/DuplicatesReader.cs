using Npgsql;

namespace Votes.Silo.Api;

/// <summary>Counts a law's duplicates by the hour.</summary>
public sealed class DuplicatesReader(ApiReads database)
{
    private const string Sql = """
        SELECT date_trunc('hour', seen_at, 'UTC'), count(*), count(DISTINCT voter)
          FROM duplicate_attempts
         WHERE law_id = $1 AND seen_at >= $2 AND seen_at < $3
         GROUP BY 1 ORDER BY 1
        """;

    private static readonly TimeSpan DefaultSpan = TimeSpan.FromDays(1);
    private static readonly TimeSpan MaxSpan = TimeSpan.FromDays(31);

    /// <summary>The hours with duplicates, in the order of time.</summary>
    /// <exception cref="BadRequestException">The times make no range, or a long one.</exception>
    public async Task<IReadOnlyList<DuplicatesHour>> ReadAsync(
        string lawId, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var end = (to ?? now).ToUniversalTime();
        var earliest = DateTimeOffset.UnixEpoch + MaxSpan;
        var start = end < earliest ? end : (from ?? (end - DefaultSpan)).ToUniversalTime();
        if (start >= end || end - start > MaxSpan)
        {
            throw new BadRequestException("from must be before to, by 31 days at most.");
        }

        await using var command = database.Command(
            Sql, new NpgsqlParameter { Value = lawId }, new NpgsqlParameter { Value = start }, new NpgsqlParameter { Value = end });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var hours = new List<DuplicatesHour>();
        while (await reader.ReadAsync(cancellationToken))
        {
            hours.Add(Read(reader));
        }

        return hours;
    }

    private static DuplicatesHour Read(NpgsqlDataReader row) =>
        new(row.GetFieldValue<DateTimeOffset>(0), row.GetInt64(1), row.GetInt64(2));
}
