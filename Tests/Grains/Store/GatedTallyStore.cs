using System.Collections.Concurrent;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;
using Votes.Grains.Store;

namespace Votes.Tests.Grains.Store;

/// <summary>
/// A tally store in memory with the same unique key, whose commits tests can hold back, refuse, and cut off before or
/// after the commit.
/// </summary>
internal sealed class GatedTallyStore : ITallyStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string LawId, Guid Voter), CastVote> _audit = [];
    private readonly HashSet<(string LawId, Guid Voter, Guid VoteId)> _duplicates = [];
    private readonly Dictionary<(string LawId, string Choice), ChoiceTotal> _totals = [];
    private readonly Dictionary<string, Law> _laws = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<StoreFault> _faults = new();
    private readonly SemaphoreSlim _arrivals = new(0);
    private TaskCompletionSource _open = Opened();
    private TaskCompletionSource _readsOpen = Opened();

    /// <summary>The votes of each write that was tried, in their order.</summary>
    public ConcurrentQueue<int> Writes { get; } = new();

    /// <summary>How many laws each read asked for, in their order.</summary>
    public ConcurrentQueue<int> Loads { get; } = new();

    /// <summary>Votes that the store refuses for what they hold.</summary>
    public ConcurrentDictionary<Guid, bool> Refused { get; } = new();

    /// <summary>Laws that the store refuses to register.</summary>
    public ConcurrentDictionary<string, bool> RefusedLaws { get; } = new();

    /// <summary>Laws whose rows hold what a program cannot read.</summary>
    public ConcurrentDictionary<string, bool> Unreadable { get; } = new();

    /// <summary>Whether reads fail, as while the database is down.</summary>
    public bool ReadsFail { get; set; }

    /// <summary>The next writes meet these faults, one each.</summary>
    public void Fail(params StoreFault[] faults)
    {
        foreach (var fault in faults)
        {
            _faults.Enqueue(fault);
        }
    }

    /// <summary>Holds writes back before their commit until <see cref="Open"/>.</summary>
    public void Close() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets the writes that were held back go on.</summary>
    public void Open() => _open.TrySetResult();

    /// <summary>Waits until one more write has come to the store.</summary>
    public Task NextWriteAsync(CancellationToken cancellationToken) => _arrivals.WaitAsync(cancellationToken);

    /// <summary>Describes a law, as an operator does.</summary>
    public void Describe(Law law)
    {
        lock (_gate)
        {
            _laws[law.LawId] = law;
        }
    }

    /// <summary>Sets a total, as a repair does: the version goes on.</summary>
    public void Repair(string lawId, string choice, long total)
    {
        lock (_gate)
        {
            var before = _totals.GetValueOrDefault((lawId, choice));
            _totals[(lawId, choice)] = new ChoiceTotal(choice, total, before.Version + 1);
        }
    }

    /// <summary>Takes a law's votes out, as an owner does who deletes the rows of both tables.</summary>
    public void Withdraw(string lawId)
    {
        lock (_gate)
        {
            foreach (var key in _audit.Keys.Where(key => key.LawId == lawId).ToArray())
            {
                _audit.Remove(key);
            }

            foreach (var key in _totals.Keys.Where(key => key.LawId == lawId).ToArray())
            {
                _totals.Remove(key);
            }
        }
    }

    /// <summary>Holds the answers of reads back, which were read already, until <see cref="ReleaseReads"/>.</summary>
    public void HoldReads() => _readsOpen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets the answers go.</summary>
    public void ReleaseReads() => _readsOpen.TrySetResult();

    /// <summary>Whether the law is registered.</summary>
    public bool Knows(string lawId)
    {
        lock (_gate)
        {
            return _laws.ContainsKey(lawId);
        }
    }

    /// <summary>The counted votes of a law and choice, from the audit; checked against the total.</summary>
    public long Counted(string lawId, string choice)
    {
        lock (_gate)
        {
            var counted = _audit.Count(row => row.Key.LawId == lawId && row.Value.Choice == choice);
            var total = _totals.GetValueOrDefault((lawId, choice)).Total;
            return counted == total
                ? counted
                : throw new InvalidOperationException($"{lawId} {choice}: {counted} in the audit, total {total}.");
        }
    }

    /// <summary>How many duplicates are on record.</summary>
    public int Duplicates
    {
        get
        {
            lock (_gate)
            {
                return _duplicates.Count;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<FlushResult> WriteAsync(int lane, FlushRows rows, CancellationToken cancellationToken)
    {
        Writes.Enqueue(rows.Count);
        _arrivals.Release();
        await _open.Task.WaitAsync(cancellationToken);
        _faults.TryDequeue(out var fault);
        if (fault == StoreFault.BeforeCommit)
        {
            throw new StoreUnavailableException("before_commit", new IOException("the connection was lost"));
        }

        if (fault == StoreFault.Locked)
        {
            throw new LawsLockedException(rows.DistinctLawIds(), new IOException("the totals are locked"));
        }

        if (rows.VoteIds.Any(Refused.ContainsKey))
        {
            throw new RowsRefusedException("22000", new InvalidOperationException("the row is refused"));
        }

        var result = Commit(rows);
        return fault switch
        {
            StoreFault.AfterCommit => throw new StoreUnavailableException(
                "after_commit", new IOException("the answer was lost")),
            StoreFault.Unheard => throw new InvalidOperationException("nobody thought of this"),
            _ => result,
        };
    }

    /// <inheritdoc/>
    public Task RegisterAsync(int lane, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        if (lawIds.Any(RefusedLaws.ContainsKey))
        {
            throw new RowsRefusedException("22000", new InvalidOperationException("the law is refused"));
        }

        lock (_gate)
        {
            foreach (var lawId in lawIds)
            {
                _laws.TryAdd(lawId, Law.Unregistered(lawId).Registered());
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, LawSnapshot>> LoadAsync(
        IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        var laws = Load(lawIds);
        await _readsOpen.Task.WaitAsync(cancellationToken);
        return laws;
    }

    /// <inheritdoc/>
    public Task<ChangedLaws> LoadChangedLawsAsync(
        LawsAsOf? since, Func<IReadOnlyCollection<string>> known, CancellationToken cancellationToken)
    {
        ThrowIfReadsFail();
        lock (_gate)
        {
            return Task.FromResult(new ChangedLaws([.. _laws.Values], default));
        }
    }

    private Dictionary<string, LawSnapshot> Load(IReadOnlyCollection<string> lawIds)
    {
        Loads.Enqueue(lawIds.Count);
        ThrowIfReadsFail();
        if (lawIds.Any(Unreadable.ContainsKey))
        {
            throw new InvalidCastException("a row cannot be read");
        }

        lock (_gate)
        {
            return lawIds.ToDictionary(
                static lawId => lawId,
                lawId => new LawSnapshot(
                    _laws.GetValueOrDefault(lawId) ?? Law.Unregistered(lawId),
                    [.. _totals.Where(row => row.Key.LawId == lawId).Select(static row => row.Value)]),
                StringComparer.Ordinal);
        }
    }

    private FlushResult Commit(FlushRows rows)
    {
        lock (_gate)
        {
            var outcomes = new VoteOutcome[rows.Count];
            var added = new Dictionary<(string LawId, string Choice), long>();
            for (var i = 0; i < rows.Count; i++)
            {
                outcomes[i] = Count(rows, i);
                if (outcomes[i] == VoteOutcome.Counted)
                {
                    var key = (rows.LawIds[i], rows.Choices[i]);
                    added[key] = added.GetValueOrDefault(key) + 1;
                }
            }

            var moved = new List<MovedTotal>();
            foreach (var (key, votes) in added)
            {
                var before = _totals.GetValueOrDefault(key);
                _totals[key] = new ChoiceTotal(key.Choice, before.Total + votes, before.Version + 1);
                moved.Add(new MovedTotal(key.LawId, votes, _totals[key]));
            }

            return new FlushResult(outcomes, moved);
        }
    }

    private VoteOutcome Count(FlushRows rows, int i)
    {
        var key = (rows.LawIds[i], rows.Voters[i]);
        var vote = new CastVote(rows.VoteIds[i], rows.Voters[i], rows.Choices[i], Micros.Since(rows.CastAt[i]));
        if (!_audit.ContainsKey(key) && _laws.GetValueOrDefault(key.Item1)?.Status == LawStatus.Closed)
        {
            return VoteOutcome.Closed;
        }

        if (_audit.TryAdd(key, vote))
        {
            return VoteOutcome.Counted;
        }

        return _audit[key].VoteId != vote.VoteId && _duplicates.Add((key.Item1, key.Item2, vote.VoteId))
            ? VoteOutcome.Duplicate
            : VoteOutcome.Redelivered;
    }

    private void ThrowIfReadsFail()
    {
        if (ReadsFail)
        {
            throw new StoreUnavailableException("down", new IOException("the database is down"));
        }
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
