using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Laws;
using Votes.Grains.Store;

namespace Votes.Tests.Sabotage;

/// <summary>Passes everything to the real store, save for the writes, which each sabotage does its own way.</summary>
internal abstract class SabotagedStore(ITallyStore real) : ITallyStore
{
    /// <summary>The real store.</summary>
    protected ITallyStore Real => real;

    /// <inheritdoc/>
    public abstract Task<FlushResult> WriteAsync(
        int lane, FlushRows rows, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual Task RegisterAsync(int lane, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken) =>
        real.RegisterAsync(lane, lawIds, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, LawSnapshot>> LoadAsync(
        IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken) =>
        real.LoadAsync(lawIds, cancellationToken);

    /// <inheritdoc/>
    public Task<ChangedLaws> LoadChangedLawsAsync(
        LawsAsOf? since, Func<IReadOnlyCollection<string>> known, CancellationToken cancellationToken) =>
        real.LoadChangedLawsAsync(since, known, cancellationToken);

    /// <summary>The answer that makes Ingest ack: every vote counted.</summary>
    protected static FlushResult AllCounted(FlushRows rows) => new(new VoteOutcome[rows.Count], []);
}
