using Microsoft.Extensions.Logging;
using Votes.Grains.Counting;
using Votes.Grains.Store;

namespace Votes.Grains.Flush;

/// <summary>A lane's writes, in which what the database refuses does not stand in the way of the rest.</summary>
internal sealed partial class BisectingWrite(int lane, ITallyStore store, TallyMetrics metrics, ILogger logger)
{
    /// <summary>Registers laws; sets those apart, by halving, that the database refuses.</summary>
    /// <returns>The laws that it refuses.</returns>
    public async Task<IReadOnlyCollection<string>> RegisterAsync(
        IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        if (lawIds.Count == 0)
        {
            return [];
        }

        try
        {
            await store.RegisterAsync(lane, lawIds, cancellationToken);
            return [];
        }
        catch (RowsRefusedException refused) when (lawIds.Count == 1)
        {
            metrics.LawRefused();
            LogLawRefused(logger, refused, refused.SqlState, lawIds.First());
            return lawIds;
        }
        catch (RowsRefusedException)
        {
            var halves = lawIds.Chunk((lawIds.Count + 1) / 2).ToArray();
            var first = await RegisterAsync(halves[0], cancellationToken);
            return [.. first, .. await RegisterAsync(halves[1], cancellationToken)];
        }
    }

    /// <summary>
    /// Writes the rows; sets those apart, by halving, that the database refuses, and writes the rest. Each part is told as
    /// soon as it is decided; parts that nobody waits for any more are left out, which bounds the halving of a flush of
    /// which every row is refused.
    /// </summary>
    /// <param name="write">The rows.</param>
    /// <param name="decided">Told what became of the next rows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(FlushWrite write, Action<FlushResult> decided, CancellationToken cancellationToken)
    {
        var refusals = new Refusals();
        try
        {
            await WritePartAsync(write.Rows, 0);
        }
        finally
        {
            if (refusals.First is { } first)
            {
                metrics.RowsRefused(refusals.Count);
                LogRowsRefused(logger, first, refusals.Count, first.SqlState, refusals.LawId, refusals.VoteId);
            }
        }

        async Task WritePartAsync(FlushRows rows, int depth)
        {
            if (depth > 0 && !write.IsAwaited(rows.Count))
            {
                write.Skip(rows.Count);
                return;
            }

            FlushResult result;
            try
            {
                result = await store.WriteAsync(lane, rows, cancellationToken);
            }
            catch (RowsRefusedException refused) when (rows.Count == 1)
            {
                refusals.Add(refused, rows);
                result = new FlushResult([VoteOutcome.Refused], []);
            }
            catch (RowsRefusedException)
            {
                var half = rows.Count / 2;
                await WritePartAsync(rows.Slice(0, half), depth + 1);
                await WritePartAsync(rows.Slice(half, rows.Count - half), depth + 1);
                return;
            }

            decided(result);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The database refuses {Votes} votes of a flush; they go to the dead letters. The first ({SqlState}): "
            + "law {LawId}, vote {VoteId}")]
    private static partial void LogRowsRefused(
        ILogger logger, Exception exception, int votes, string sqlState, string lawId, Guid voteId);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The database refuses to register law {LawId} ({SqlState}); the votes on it go to the dead letters")]
    private static partial void LogLawRefused(ILogger logger, Exception exception, string sqlState, string lawId);

    /// <summary>The rows that were refused: how many, and the first.</summary>
    private sealed class Refusals
    {
        public int Count { get; private set; }

        public RowsRefusedException? First { get; private set; }

        public string LawId { get; private set; } = "";

        public Guid VoteId { get; private set; }

        public void Add(RowsRefusedException refused, FlushRows rows)
        {
            if (Count++ == 0)
            {
                (First, LawId, VoteId) = (refused, rows.LawIds[0], rows.VoteIds[0]);
            }
        }
    }
}
