using Npgsql;

namespace Votes.Silo.Reconcile;

/// <summary>
/// Compares the votes on record with what Ingests reported. A vote that comes past the Ingests moves a total and is in no
/// report.
/// </summary>
internal static class ReportedVotes
{
    /// <summary>
    /// How long after votes were on record their reports are expected: a minute is written when it is over, and its report may
    /// say the minute behind it, as clocks differ and answers travel.
    /// </summary>
    public static readonly TimeSpan ReportDelay = TimeSpan.FromMinutes(3);

    // The votes on record at the sample before, less those reported up to a minute behind it; those reported as redelivered
    // whenever that was, because a vote whose first answer was lost is reported so when it comes again. Then the next sample.
    private const string Compare = """
        update statistics_check c
           set unreported = greatest(
                 c.on_record
                 - (select d.counted + d.redelivered from statistics_deleted d)
                 - (select coalesce(sum(s.counted) filter (
                             where s.minute <= date_trunc('minute', c.sampled_at) + interval '1 minute'), 0)
                           + coalesce(sum(s.redelivered), 0)
                      from aggregation_stats s)
                 - (select coalesce(sum(a.votes), 0) from statistics_accepted a),
                 0),
               on_record = (select coalesce(sum(r.total), 0) from vote_results r),
               sampled_at = now()
         where c.sampled_at <= now() - $1
        """;

    /// <summary>Does it, where the last sample is old enough; the result is in <c>statistics_check</c>.</summary>
    /// <exception cref="NpgsqlException">Nothing has changed.</exception>
    public static async Task CompareAsync(
        NpgsqlConnection connection, TimeSpan delay, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Compare, connection);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = delay });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
