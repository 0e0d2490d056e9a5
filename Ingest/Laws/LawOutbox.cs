using Votes.Ingest.Lanes;

namespace Votes.Ingest.Laws;

/// <summary>
/// The votes on one law that have no outcome yet: those that wait for a call to its grain, and those whose call is in
/// flight. Keeps the order of each person's votes: a vote travels in no call beside another that carries an earlier vote of
/// the same person. Owned by the <see cref="VoteDispatcher"/>, which uses it under its lock and forgets it when it is idle.
/// </summary>
internal sealed class LawOutbox(string lawId)
{
    // In the order in which they were begun. A call that failed keeps its place, before those that were not sent yet.
    private readonly List<VoteCall> _calls = [];

    // Votes of people of whom an earlier vote is in a call that takes no more votes, in the order in which they came.
    private List<(DeliveryBatch Batch, int Index)>? _later;
    private int _parts;

    public string LawId { get; } = lawId;

    public int CallsInFlight { get; private set; }

    /// <summary>Calls that failed since the last one that did not.</summary>
    public int Failures { get; set; }

    /// <summary>True while the law's votes are held after a call that failed.</summary>
    public bool IsHeld { get; set; }

    /// <summary>True while the outbox is in a queue of those that may send.</summary>
    public bool IsQueued { get; set; }

    /// <summary>True where the law's grain has answered lately.</summary>
    public bool IsWarm { get; set; }

    /// <summary>
    /// True while parts of a call that was split are not settled: they may hold votes of one person, so they go one by one.
    /// </summary>
    public bool IsSplit => _parts > 0;

    /// <summary>Whether votes wait that may be sent.</summary>
    public bool HasVotes => _calls.Count > CallsInFlight;

    public bool IsIdle => _calls.Count == 0 && !IsQueued && !IsHeld;

    /// <summary>Adds a vote, to a call or to those that wait until an earlier vote of the same person is settled.</summary>
    public void Add(DeliveryBatch batch, int index)
    {
        var open = _calls.Count > 0 && !_calls[^1].IsSealed ? _calls[^1] : null;
        if (_calls.Count > (open is null ? 0 : 1) && EarlierCall(VoteCall.VoterOf(batch, index), open) is { } earlier)
        {
            earlier.IsFollowed = true;
            (_later ??= []).Add((batch, index));
            return;
        }

        if (open is null)
        {
            open = new VoteCall(this);
            _calls.Add(open);
        }

        open.Add(batch, index);
    }

    /// <summary>Takes the first call that waits; it is in flight until <see cref="Landed"/>.</summary>
    public VoteCall TakeNext()
    {
        var call = _calls.Find(static waiting => !waiting.IsInFlight)!;
        call.IsInFlight = true;
        call.Seal();
        CallsInFlight++;
        return call;
    }

    /// <summary>The call is not in flight any more; it keeps its place until it is settled or split.</summary>
    public void Landed(VoteCall call)
    {
        call.IsInFlight = false;
        CallsInFlight--;
    }

    /// <summary>Drops the call's votes whose channel is lost: the broker delivers their messages again.</summary>
    /// <returns>How many votes were dropped.</returns>
    public int DropStale(VoteCall call)
    {
        if (!call.HasStale)
        {
            return 0;
        }

        var dropped = call.DropStale();
        AddFollowersOf(call);
        return dropped;
    }

    /// <summary>The call's votes have their outcome, or there are none left in it.</summary>
    public void Settled(VoteCall call)
    {
        _calls.Remove(call);
        _parts -= call.IsPart ? 1 : 0;
        AddFollowersOf(call);
    }

    /// <summary>Puts two halves in the place of a call.</summary>
    public void Split(VoteCall call)
    {
        var place = _calls.IndexOf(call);
        var (first, second) = call.Split();
        _calls[place] = first;
        _calls.Insert(place + 1, second);
        _parts += call.IsPart ? 1 : 2;
    }

    /// <summary>The last call but the open one that carries a vote of a person; null where there is none.</summary>
    private VoteCall? EarlierCall(ulong voter, VoteCall? open)
    {
        for (var i = _calls.Count - 1; i >= 0; i--)
        {
            if (_calls[i] != open && _calls[i].Carries(voter))
            {
                return _calls[i];
            }
        }

        return null;
    }

    private void AddFollowersOf(VoteCall call)
    {
        if (!call.IsFollowed || _later is not { } later)
        {
            return;
        }

        // Those whose turn has not come yet end up there again, in their order.
        _later = null;
        foreach (var (batch, index) in later)
        {
            Add(batch, index);
        }
    }
}
