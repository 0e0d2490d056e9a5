using Orleans.Concurrency;

namespace Votes.Grains.Interfaces;

/// <summary>
/// Counts the votes on one law. The grain's key is the law's id: 1 to 128 characters, no control characters.
/// </summary>
[Alias("Votes.ILawTallyGrain")]
public interface ILawTallyGrain : IGrainWithStringKey
{
    /// <summary>
    /// Records votes on this law and returns when the outcome of each of them is durable: the transaction that holds it
    /// has committed, so the caller may ack. The call may be repeated with the same votes, at any time and from
    /// anywhere: what is already on record comes back as <see cref="VoteBatchOutcome.Redelivered"/>.
    /// </summary>
    /// <param name="batch">1 to <see cref="VoteBatch.MaxVotes"/> votes, in any order.</param>
    /// <param name="cancellationToken">Ends the wait, not the flush: votes that were accepted may still be counted.</param>
    /// <exception cref="VotesNotDurableException">
    /// The database could not be written in time. The outcome is unknown: send the same votes again.
    /// </exception>
    /// <exception cref="MalformedVoteBatchException">
    /// The batch cannot be read, or the grain's key is no law id. Sending it again does not help.
    /// </exception>
    /// <exception cref="UnknownBatchFormatException">
    /// The silo is older than the sender. Send the same votes again later.
    /// </exception>
    [AlwaysInterleave]
    [Alias("RecordAsync")]
    Task<VoteBatchOutcome> RecordAsync(VoteBatch batch, CancellationToken cancellationToken = default);

    /// <summary>
    /// The law's totals as this grain knows them: durable totals from the last commit, votes still pending beside them.
    /// Reads memory only, save for the activation's first read of the database.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    [AlwaysInterleave]
    [Alias("GetTallyAsync")]
    Task<LawTally> GetTallyAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets a watcher know of each change of the law's totals, at most a few times a second, for a minute: call again in
    /// time to go on. The grain may move and forget its watchers, which the next call mends.
    /// </summary>
    /// <param name="watcher">A reference that the caller's grain factory made (CreateObjectReference).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The totals now, as by <see cref="GetTallyAsync"/>.</returns>
    [AlwaysInterleave]
    [Alias("WatchAsync")]
    Task<LawTally> WatchAsync(ITallyWatcher watcher, CancellationToken cancellationToken = default);

    /// <summary>Lets a watcher go.</summary>
    [AlwaysInterleave]
    [Alias("UnwatchAsync")]
    Task UnwatchAsync(ITallyWatcher watcher);
}
