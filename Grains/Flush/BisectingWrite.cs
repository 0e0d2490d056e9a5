using Microsoft.Extensions.Logging;
using Votes.Grains.Counting;
using Votes.Grains.Store;

namespace Votes.Grains.Flush;

/// <summary>A write in which a row that the database refuses does not stand in the way of the others.</summary>
internal sealed partial class BisectingWrite(ITallyStore store, TallyMetrics metrics, ILogger logger)
{
    /// <summary>Writes the rows; sets those apart that the database refuses, by halving, and writes the rest.</summary>
    public async Task<FlushResult> WriteAsync(int lane, FlushRows rows, IReadOnlyCollection<string> newLaws)
    {
        try
        {
            // Not the stopping token: a flush under way is let finish, bounded by the command timeout.
            return await store.WriteAsync(lane, rows, newLaws, CancellationToken.None);
        }
        catch (RowsRefusedException refused) when (rows.Count == 1)
        {
            metrics.RowRefused();
            LogRowRefused(logger, refused, refused.SqlState, rows.LawIds[0], rows.VoteIds[0]);
            return new FlushResult([VoteOutcome.Refused], []);
        }
        catch (RowsRefusedException)
        {
            var half = rows.Count / 2;
            var first = await WriteHalfAsync(rows.Slice(0, half));
            var second = await WriteHalfAsync(rows.Slice(half, rows.Count - half));
            return new FlushResult([.. first.Outcomes, .. second.Outcomes], [.. first.Totals, .. second.Totals]);
        }

        // A law that cannot be registered must not stand in the way of the other half's.
        Task<FlushResult> WriteHalfAsync(FlushRows half) =>
            WriteAsync(lane, half, newLaws.Count == 0 ? newLaws : [.. newLaws.Intersect(half.LawIds, StringComparer.Ordinal)]);
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The database refuses a vote ({SqlState}): law {LawId}, vote {VoteId} goes to the dead letters")]
    private static partial void LogRowRefused(
        ILogger logger, Exception exception, string sqlState, string lawId, Guid voteId);
}
