using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Votes.Grains.Interfaces;
using Votes.Grains.Store;

namespace Votes.Grains.Flush;

/// <summary>
/// A silo's way to the database: takes pending votes from the silo's grains and writes them, many laws in one transaction,
/// a transaction at a time on each lane. Thread-safe.
/// </summary>
public sealed class TallyWriter : IAsyncDisposable
{
    private readonly Lane[] _lanes;
    private readonly PendingLimit _limit;
    private readonly FlushOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Creates the writer and starts its lanes, which wait until there is something to write.</summary>
    public TallyWriter(
        IOptions<FlushOptions> options,
        ITallyStore store,
        StoreState state,
        TallyMetrics metrics,
        TimeProvider time,
        ILogger<TallyWriter> logger)
    {
        _options = options.Value;
        _time = time;
        _limit = new PendingLimit(_options.MaxPendingVotes);
        _lanes =
        [
            .. Enumerable.Range(0, _options.Lanes)
                .Select(number => new Lane(number, _options, store, state, metrics, time, logger)),
        ];
        metrics.Observe(_limit, _options.Lanes);
    }

    /// <summary>Votes that are pending now.</summary>
    public long PendingVotes => _limit.Votes;

    /// <summary>Writes votes on one law; returns when they are durable.</summary>
    /// <param name="lawId">The law.</param>
    /// <param name="votes">The votes, 1 or more.</param>
    /// <param name="registerLaw">Whether the law has to be registered.</param>
    /// <param name="backlog">
    /// Whether the sender has a backlog: the flush then does not wait for <see cref="FlushOptions.Interval"/>.
    /// </param>
    /// <param name="since">
    /// When the votes came to the silo, as a timestamp of the host's <see cref="TimeProvider"/>; null: just now. They go
    /// back to their sender <see cref="FlushOptions.GiveBackAfter"/> later.
    /// </param>
    /// <exception cref="VotesNotDurableException">They could not be written in time; the outcome is unknown.</exception>
    public async Task<PendingOutcome> WriteAsync(
        string lawId, CastVote[] votes, bool registerLaw, bool backlog, long? since = null)
    {
        var arrived = since ?? _time.GetTimestamp();
        var lane = LaneOf(lawId);
        if (!_limit.TryEnter(votes.Length))
        {
            await EnterAsync(votes.Length, arrived);
        }

        try
        {
            var batch = new PendingBatch(lawId, votes, registerLaw, lane.At(arrived));
            lane.Add(batch);
            if (backlog)
            {
                AskAll();
            }

            return await batch.Settled;
        }
        finally
        {
            _limit.Leave(votes.Length);
        }
    }

    /// <summary>Asks for a flush of everything that is pending in the law's lane.</summary>
    public void Ask(string lawId) => LaneOf(lawId).Ask();

    /// <summary>
    /// Asks for a flush of everything that is pending. Acks go in order, so what waits in one lane holds up what is durable in
    /// the others: a backlog flushes them all.
    /// </summary>
    public void AskAll()
    {
        foreach (var lane in _lanes)
        {
            lane.Ask();
        }
    }

    /// <summary>Ends the lanes. What is still pending goes back to its senders.</summary>
    public async ValueTask DisposeAsync()
    {
        // Side by side: each may have to wait for a flush that is under way.
        await Task.WhenAll(_lanes.Select(static lane => lane.DisposeAsync().AsTask()));
    }

    private async ValueTask EnterAsync(int votes, long arrived)
    {
        var left = _options.GiveBackAfter - _time.GetElapsedTime(arrived);
        using var timeout = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time);
        try
        {
            await _limit.EnterAsync(votes, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new VotesNotDurableException(
                $"{votes} votes found no room within {_options.GiveBackAfter.TotalSeconds} s: "
                + $"{_options.MaxPendingVotes} votes are pending (Flush:MaxPendingVotes).");
        }
    }

    private Lane LaneOf(string lawId) =>
        _lanes[(uint)string.GetHashCode(lawId, StringComparison.Ordinal) % (uint)_lanes.Length];
}
