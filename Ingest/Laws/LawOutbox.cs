using Votes.Ingest.Lanes;

namespace Votes.Ingest.Laws;

/// <summary>
/// The votes on one law that wait for a call to its grain. Owned by the <see cref="VoteDispatcher"/>, which uses it
/// under its lock and forgets it when it is idle.
/// </summary>
internal sealed class LawOutbox(string lawId)
{
    private readonly List<VoteCall> _waiting = [];

    public string LawId { get; } = lawId;

    public int CallsInFlight { get; set; }

    /// <summary>Calls that failed since the last one that did not.</summary>
    public int Failures { get; set; }

    /// <summary>True while the law's votes are held after a call that failed.</summary>
    public bool IsHeld { get; set; }

    /// <summary>True while the outbox is in the queue of those that may send.</summary>
    public bool IsQueued { get; set; }

    public bool HasVotes => _waiting.Count > 0;

    public bool IsIdle => !HasVotes && CallsInFlight == 0 && !IsQueued && !IsHeld;

    public void Add(DeliveryBatch batch, int index)
    {
        if (_waiting.Count == 0 || _waiting[^1].IsSealed)
        {
            _waiting.Add(new VoteCall(this));
        }

        _waiting[^1].Add(batch, index);
    }

    public VoteCall TakeNext()
    {
        var call = _waiting[0];
        _waiting.RemoveAt(0);
        return call;
    }

    /// <summary>Puts votes that were sent before in front of those that were not.</summary>
    public void PutBack(VoteCall call)
    {
        call.Seal();
        _waiting.Insert(0, call);
    }
}
