using Npgsql;

namespace Votes.Telemetry.Statistics;

/// <summary>Writes a process's rows of <c>aggregation_stats</c>.</summary>
/// <param name="database">Connects as the application's role.</param>
/// <param name="process">The process's name; nobody else writes rows under it.</param>
public sealed class StatisticsStore(NpgsqlDataSource database, string process)
{
    // An error at commit is an unknown outcome: the same rows written again are the same rows.
    private const string Upsert =
        """
        insert into aggregation_stats (process, minute, received, counted, duplicates, redelivered, rejected, batches,
                                       flush_p50_ms, flush_p99_ms)
        select $1, m.*
          from unnest($2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
                      $9::double precision[], $10::double precision[]) as m
        on conflict on constraint aggregation_stats_pk do update
          set received = excluded.received, counted = excluded.counted, duplicates = excluded.duplicates,
              redelivered = excluded.redelivered, rejected = excluded.rejected, batches = excluded.batches,
              flush_p50_ms = excluded.flush_p50_ms, flush_p99_ms = excluded.flush_p99_ms
        """;

    private const string DeleteOld =
        """
        delete from aggregation_stats where minute < $1
        """;

    /// <summary>Writes rows, in one statement; to write them again is harmless.</summary>
    /// <exception cref="NpgsqlException">Nothing is known of what was written.</exception>
    public async Task WriteAsync(IReadOnlyList<MinuteRow> rows, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Upsert);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = process });
        Add(static row => row.Minute);
        Add(static row => row.Figures.Received);
        Add(static row => row.Figures.Counted);
        Add(static row => row.Figures.Duplicates);
        Add(static row => row.Figures.Redelivered);
        Add(static row => row.Figures.Rejected);
        Add(static row => row.Figures.Batches);
        Add(static row => row.Figures.FlushP50Ms);
        Add(static row => row.Figures.FlushP99Ms);
        await command.ExecuteNonQueryAsync(cancellationToken);

        void Add<T>(Func<MinuteRow, T> figure) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. rows.Select(figure)] });
    }

    /// <summary>Deletes the rows of minutes before <paramref name="minute"/>, of all processes.</summary>
    public async Task<int> DeleteOldAsync(DateTime minute, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DeleteOld);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = minute });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
