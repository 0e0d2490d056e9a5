namespace Votes.Grains.Flush;

/// <summary>
/// Laws of a lane whose locks another transaction holds, and their votes, which wait apart until the locks are gone. A
/// law stays listed when all its votes have gone back: the next ones must not make the lane wait for the lock again. Pure;
/// its owner sees to it that one thread at a time uses it.
/// </summary>
internal sealed class LockedLaws
{
    private readonly Dictionary<string, Entry> _laws = new(StringComparer.Ordinal);

    /// <summary>All votes that wait apart.</summary>
    public IEnumerable<PendingBatch> Batches => _laws.Values.SelectMany(static entry => entry.Batches);

    /// <summary>Whether votes wait for a lock.</summary>
    public bool HasBatches => _laws.Values.Any(static entry => entry.Batches.Count > 0);

    /// <summary>Adds votes where their law is a locked one.</summary>
    public bool TryAdd(PendingBatch batch)
    {
        if (!_laws.TryGetValue(batch.LawId, out var entry))
        {
            return false;
        }

        entry.Batches.Add(batch);
        return true;
    }

    /// <summary>Whether a batch that was added is the only one that waits for its law's lock.</summary>
    public bool WaitsAlone(PendingBatch batch) => _laws[batch.LawId].Batches.Count == 1;

    /// <summary>Lists a law that was found locked, or was found locked once more.</summary>
    /// <param name="lawId">The law.</param>
    /// <param name="lookAt">When to look again; told how often the law was found locked in a row.</param>
    /// <returns>Whether the law was not listed before.</returns>
    public bool Lock(string lawId, Func<int, TimeSpan> lookAt)
    {
        var isNew = !_laws.TryGetValue(lawId, out var entry);
        if (isNew)
        {
            _laws.Add(lawId, entry = new Entry());
        }

        entry!.LookAt = lookAt(++entry.Looks);
        return isNew;
    }

    /// <summary>Takes a law off the list.</summary>
    /// <returns>Its votes.</returns>
    public IReadOnlyList<PendingBatch> Free(string lawId) =>
        _laws.Remove(lawId, out var entry) ? entry.Batches : [];

    /// <summary>When to look at the locks next; null: no votes wait for one.</summary>
    public TimeSpan? NextLook()
    {
        TimeSpan? next = null;
        foreach (var entry in _laws.Values)
        {
            if (entry.Batches.Count > 0 && (next is null || entry.LookAt < next))
            {
                next = entry.LookAt;
            }
        }

        return next;
    }

    /// <summary>The laws to look at now: those for whose locks votes wait.</summary>
    public IReadOnlyCollection<string> Due(TimeSpan now) =>
        [.. _laws.Where(law => law.Value.Batches.Count > 0 && law.Value.LookAt <= now).Select(static law => law.Key)];

    /// <summary>Lets go of votes.</summary>
    public void Remove(Predicate<PendingBatch> which)
    {
        foreach (var entry in _laws.Values)
        {
            entry.Batches.RemoveAll(which);
        }
    }

    private sealed class Entry
    {
        public List<PendingBatch> Batches { get; } = [];

        public TimeSpan LookAt { get; set; }

        public int Looks { get; set; }
    }
}
