namespace Votes.Grains.Flush;

/// <content>Votes that wait apart, because another transaction holds locks of their laws.</content>
internal sealed partial class LaneBacklog
{
    /// <summary>How long until locks are to be looked at; null: until something changes.</summary>
    public TimeSpan? LookIn()
    {
        lock (_gate)
        {
            return _locked.NextLook() is not { } next ? null : next > Now ? next - Now : TimeSpan.Zero;
        }
    }

    /// <summary>Whether votes wait for a lock.</summary>
    public bool HasLocked
    {
        get
        {
            lock (_gate)
            {
                return _locked.HasBatches;
            }
        }
    }

    /// <summary>The laws whose locks are to be looked at now.</summary>
    public IReadOnlyCollection<string> LockedDue()
    {
        lock (_gate)
        {
            return _locked.Due(Now);
        }
    }

    /// <summary>
    /// Sets the votes on laws apart whose locks another transaction holds: those under way, those that wait, and those that come before
    /// the law is freed.
    /// </summary>
    /// <returns>How many of the laws were not known to be locked.</returns>
    public int Lock(IReadOnlyCollection<string> lawIds)
    {
        lock (_gate)
        {
            var known = lawIds.Count(lawId => !_locked.Lock(lawId, LookAt));
            _underWay.RemoveAll(batch => batch.IsAwaited && _locked.TryAdd(batch));
            for (var left = _waiting.Count; left > 0; left--)
            {
                var batch = _waiting.Dequeue();
                if (_locked.TryAdd(batch))
                {
                    _waitingVotes -= batch.Votes.Length;
                }
                else
                {
                    _waiting.Enqueue(batch);
                }
            }

            if (_waitingVotes == 0)
            {
                // As where all went back: the next one to ask is to wake the lane.
                _schedule.Withdraw();
            }

            if (_stopped)
            {
                // Nobody will look at these locks any more.
                GiveBackLocked();
            }

            return lawIds.Count - known;
        }

        TimeSpan LookAt(int looks) => Now + RetryDelay.After(
            looks, _options.MinRetryDelay, _options.MaxRetryDelay, Random.Shared.NextDouble());
    }

    /// <summary>Nobody else holds locks on the laws any more: their votes are due with the next flush.</summary>
    public void Free(IEnumerable<string> lawIds)
    {
        lock (_gate)
        {
            foreach (var batch in lawIds.SelectMany(_locked.Free))
            {
                _waiting.Enqueue(batch);
                _waitingVotes += batch.Votes.Length;
                _schedule.Ask();
            }
        }
    }

    private void GiveBackLocked()
    {
        foreach (var batch in _locked.Batches)
        {
            batch.GiveBack(Stopping());
        }

        _locked.Remove(static _ => true);
    }
}
