using System.Runtime.InteropServices;
using Votes.Ingest.Lanes;

namespace Votes.Ingest.Laws;

/// <summary>
/// The votes on one law that have no outcome yet: those that wait for a call to its grain, and those whose call is in
/// flight. Keeps the order of each person's votes: a vote travels in no call beside another that carries an earlier vote of
/// the same person. Owned by the <see cref="VoteDispatcher"/>, which uses it under its lock and forgets it when it is idle.
/// </summary>
/// <param name="lawId">The law.</param>
/// <param name="tables">Where tables of voters come from.</param>
internal sealed class LawOutbox(string lawId, VoterTables tables)
{
    // Up to so many votes are looked through one by one, which is quicker than to keep a table of them.
    private const int FewVotes = 16;

    // In the order in which they were begun. A call that failed keeps its place, before those that were not sent yet.
    private readonly List<VoteCall> _calls = [];

    // Votes of people of whom an earlier vote is in a call that takes no more votes, in the order in which they came.
    private List<(DeliveryBatch Batch, int Index)>? _later;
    private Dictionary<Guid, VoteCall>? _callOfVoter;
    private int _votes;
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
        if (_calls.Count > 0 && !TryAssign(batch.Votes[index].Cast.Voter, ref open))
        {
            (_later ??= []).Add((batch, index));
            return;
        }

        open ??= NewCall();
        open.Add(batch, index);
        _votes++;
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

        Forget(call);
        var dropped = call.DropStale();
        _votes -= dropped;
        RememberAll();
        return dropped;
    }

    /// <summary>The call's votes have their outcome, or there are none left in it.</summary>
    public void Settled(VoteCall call)
    {
        _calls.Remove(call);
        Forget(call);
        _votes -= call.Count;
        _parts -= call.IsPart ? 1 : 0;
        if (_calls.Count == 0 && _callOfVoter is not null)
        {
            tables.Return(_callOfVoter);
            _callOfVoter = null;
        }

        if (call.IsFollowed && _later is { } later)
        {
            // Those whose turn has not come yet end up there again, in their order.
            _later = null;
            foreach (var (batch, index) in later)
            {
                Add(batch, index);
            }
        }
    }

    /// <summary>Puts two halves in the place of a call.</summary>
    public void Split(VoteCall call)
    {
        var place = _calls.IndexOf(call);
        Forget(call);
        var (first, second) = call.Split();
        _calls[place] = first;
        _calls.Insert(place + 1, second);
        _parts += call.IsPart ? 1 : 2;
        RememberAll();
    }

    /// <summary>Finds the call that a person's next vote may join.</summary>
    /// <param name="voter">The person.</param>
    /// <param name="open">The call that takes votes; null where a new one is to be begun. It is begun where a table needs it.</param>
    /// <returns>False where an earlier vote of the person is in another call.</returns>
    private bool TryAssign(Guid voter, ref VoteCall? open)
    {
        if (_callOfVoter is null && _votes <= FewVotes)
        {
            for (var i = _calls.Count - 1; i >= 0; i--)
            {
                if (_calls[i] != open && _calls[i].Carries(voter))
                {
                    _calls[i].IsFollowed = true;
                    return false;
                }
            }

            return true;
        }

        if (_callOfVoter is null)
        {
            _callOfVoter = tables.Rent();
            RememberAll();
        }

        ref var earlier = ref CollectionsMarshal.GetValueRefOrAddDefault(_callOfVoter, voter, out var isKnown);
        if (isKnown && earlier != open)
        {
            earlier!.IsFollowed = true;
            return false;
        }

        earlier = open ??= NewCall();
        return true;
    }

    private VoteCall NewCall()
    {
        var call = new VoteCall(this);
        _calls.Add(call);
        return call;
    }

    // In the calls' order: parts of one call may have votes of one person, and the last one counts here.
    private void RememberAll()
    {
        if (_callOfVoter is null)
        {
            return;
        }

        foreach (var call in _calls)
        {
            for (var i = 0; i < call.Count; i++)
            {
                _callOfVoter[call.Voter(i)] = call;
            }
        }
    }

    private void Forget(VoteCall call)
    {
        for (var i = 0; _callOfVoter is not null && i < call.Count; i++)
        {
            if (_callOfVoter.Remove(call.Voter(i), out var owner) && owner != call)
            {
                // The other part of a call that was split has a vote of the person too.
                _callOfVoter[call.Voter(i)] = owner;
            }
        }
    }
}
