using Votes.Grains.Flush;
using Votes.Grains.Laws;

namespace Votes.Grains.Store;

/// <summary>
/// The truth: one counted vote per law and voter, for ever, and the totals that follow from them. PostgreSQL in a silo;
/// a store whose commits can be gated and failed in tests.
/// </summary>
public interface ITallyStore
{
    /// <summary>
    /// Writes votes and moves the totals by those of them that are new, in one transaction, and returns after it has
    /// committed. Writing the same votes again is harmless.
    /// </summary>
    /// <param name="lane">Which of the store's connections to use, from 0; one write at a time on each.</param>
    /// <param name="rows">The votes, of any number of laws.</param>
    /// <param name="cancellationToken">Cancels the statement; the outcome is then unknown.</param>
    /// <exception cref="RowsRefusedException">The database refuses a row for what it holds. Nothing was written.</exception>
    /// <exception cref="LawsLockedException">Another transaction holds locks of some laws. Nothing was written.</exception>
    /// <exception cref="StoreUnavailableException">Anything else. The outcome is unknown: write the same again.</exception>
    Task<FlushResult> WriteAsync(int lane, FlushRows rows, CancellationToken cancellationToken);

    /// <summary>
    /// Those of some laws that a write would wait for: another transaction holds a lock on one of their totals, changes their
    /// status or registers them. Does not wait itself.
    /// </summary>
    /// <param name="lane">As for <see cref="WriteAsync"/>.</param>
    /// <param name="lawIds">The laws.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="StoreUnavailableException">The database did not answer.</exception>
    Task<IReadOnlyCollection<string>> FindLockedAsync(
        int lane, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<string>>([]);

    /// <summary>
    /// Those of some laws whose status another transaction is changing; does not wait for it. Cheap enough to ask ahead of
    /// each write while there is such a transaction, which holds up laws that it does not change.
    /// </summary>
    /// <param name="lane">As for <see cref="WriteAsync"/>.</param>
    /// <param name="lawIds">The laws.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="StoreUnavailableException">The database did not answer.</exception>
    Task<IReadOnlyCollection<string>> FindChangingStatusAsync(
        int lane, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<string>>([]);

    /// <summary>Registers laws that nobody described, as far as they are not registered yet.</summary>
    /// <param name="lane">As for <see cref="WriteAsync"/>.</param>
    /// <param name="lawIds">The laws.</param>
    /// <param name="cancellationToken">Cancels the statement; the outcome is then unknown.</param>
    /// <exception cref="RowsRefusedException">The database refuses a law for what it holds. None was registered.</exception>
    /// <exception cref="LawsLockedException">Another transaction registers some of them. None was registered.</exception>
    /// <exception cref="StoreUnavailableException">Anything else. The outcome is unknown: do the same again.</exception>
    Task RegisterAsync(int lane, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken);

    /// <summary>Reads what is on record of some laws, in one snapshot; a law that is not registered is among them too.</summary>
    /// <exception cref="StoreUnavailableException">The database did not answer.</exception>
    Task<IReadOnlyDictionary<string, LawSnapshot>> LoadAsync(
        IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the laws whose description changed since an earlier read, whenever the transactions that changed them committed;
    /// after a first read, or where the database is another one than before, the known laws.
    /// </summary>
    /// <param name="since">What the earlier read had seen; null: there is none.</param>
    /// <param name="known">The laws that matter to the caller.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="StoreUnavailableException">The database did not answer.</exception>
    Task<ChangedLaws> LoadChangedLawsAsync(
        LawsAsOf? since, Func<IReadOnlyCollection<string>> known, CancellationToken cancellationToken);
}
