using System.Buffers;
using RabbitMQ.Client;
using Votes.Grains.Interfaces;
using Votes.Ingest.DeadLetters;
using Votes.Ingest.Lanes;
using Votes.Ingest.Messages;

namespace Votes.Ingest.Laws;

/// <summary>
/// The votes on one law that travel in one call to its grain, and the messages that they came in. Filled by its law's
/// <see cref="LawOutbox"/>; once taken from it, owned by the call.
/// </summary>
internal sealed class VoteCall(LawOutbox outbox)
{
    private const int FirstCapacity = 16;

    private CastVote[] _votes = ArrayPool<CastVote>.Shared.Rent(FirstCapacity);
    private Origin[] _origins = ArrayPool<Origin>.Shared.Rent(FirstCapacity);

    public LawOutbox Outbox { get; } = outbox;

    public int Count { get; private set; }

    /// <summary>
    /// True where no vote may be added: the call is full, or it was sent before and is sent again as it was.
    /// </summary>
    public bool IsSealed { get; private set; }

    public void Add(in CastVote vote, DeliveryBatch batch, int index)
    {
        if (Count == Math.Min(_votes.Length, _origins.Length))
        {
            Grow(ref _votes, Count);
            Grow(ref _origins, Count);
        }

        _votes[Count] = vote;
        _origins[Count] = new Origin(batch, index);
        Count++;
        IsSealed = Count == VoteBatch.MaxVotes;
    }

    public void Seal() => IsSealed = true;

    /// <summary>Drops the votes whose channel is lost: the broker delivers their messages again.</summary>
    /// <returns>How many votes were dropped.</returns>
    public int DropStale()
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_origins[i].Batch.Generation.IsRetired)
            {
                _origins[i].Batch.Settle(1);
                continue;
            }

            _votes[kept] = _votes[i];
            _origins[kept] = _origins[i];
            kept++;
        }

        var dropped = Count - kept;
        Count = kept;
        return dropped;
    }

    public IReadOnlyBasicProperties Properties(int index) =>
        _origins[index].Batch.Properties(_origins[index].Index);

    public VoteBatch Pack()
    {
        var backlog = false;
        for (var i = 0; i < Count && !backlog; i++)
        {
            // Votes of one delivery batch lie side by side: ask once for each.
            backlog = (i == 0 || _origins[i].Batch != _origins[i - 1].Batch) && _origins[i].Batch.Generation.HasBacklog;
        }

        return VoteBatchWriter.Pack(_votes.AsSpan(0, Count), backlog);
    }

    /// <summary>Tells whether the outcome speaks of each vote of this call exactly once.</summary>
    public bool IsAnsweredBy(in VoteBatchOutcome outcome)
    {
        var rejected = outcome.Rejected ?? [];
        if (outcome.Counted < 0 || outcome.Redelivered < 0 || outcome.Duplicates < 0
            || (long)outcome.Counted + outcome.Redelivered + outcome.Duplicates + rejected.Length != Count)
        {
            return false;
        }

        if (rejected.Length == 0)
        {
            return true;
        }

        Span<bool> seen = stackalloc bool[Count];
        foreach (var vote in rejected)
        {
            if (vote.Index < 0 || vote.Index >= Count || seen[vote.Index] || vote.Reason == RejectReason.None)
            {
                return false;
            }

            seen[vote.Index] = true;
        }

        return true;
    }

    public DeadLetter DeadLetter(int index, in Poison poison) =>
        new(_origins[index].Batch, _origins[index].Index, poison);

    /// <summary>
    /// Settles the messages of all votes but the rejected ones, which settle once they are dead-lettered.
    /// </summary>
    public void Settle(ReadOnlySpan<RejectedVote> rejected)
    {
        Span<bool> isRejected = stackalloc bool[rejected.Length == 0 ? 0 : Count];
        foreach (var vote in rejected)
        {
            isRejected[vote.Index] = true;
        }

        // One step for a run of votes of one delivery batch.
        DeliveryBatch? batch = null;
        var run = 0;
        for (var i = 0; i < Count; i++)
        {
            if (isRejected.Length > 0 && isRejected[i])
            {
                continue;
            }

            if (_origins[i].Batch != batch)
            {
                batch?.Settle(run);
                batch = _origins[i].Batch;
                run = 0;
            }

            run++;
        }

        batch?.Settle(run);
    }

    /// <summary>Splits the call in two, to find the vote that the grain cannot take.</summary>
    public (VoteCall First, VoteCall Second) Split()
    {
        var first = new VoteCall(Outbox);
        var second = new VoteCall(Outbox);
        for (var i = 0; i < Count; i++)
        {
            (i < Count / 2 ? first : second).Add(_votes[i], _origins[i].Batch, _origins[i].Index);
        }

        Release();
        return (first, second);
    }

    /// <summary>Gives the buffers back; the call must not be used after.</summary>
    public void Release()
    {
        Return(ref _votes);
        Return(ref _origins);
        Count = 0;
    }

    private static void Grow<T>(ref T[] array, int count)
    {
        var larger = ArrayPool<T>.Shared.Rent(count * 2);
        array.AsSpan(0, count).CopyTo(larger);
        ArrayPool<T>.Shared.Return(array, clearArray: true);
        array = larger;
    }

    private static void Return<T>(ref T[] array)
    {
        ArrayPool<T>.Shared.Return(array, clearArray: true);
        array = [];
    }

    private readonly record struct Origin(DeliveryBatch Batch, int Index);
}
