using System.Buffers;
using System.Runtime.InteropServices;
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
    // With many laws most calls carry a vote or two, and there are as many calls as votes in flight.
    private const int FirstCapacity = 4;

    private const int FewestPooled = 16;

    // Up to so many votes are looked through one by one.
    private const int FewVotes = 16;

    private Origin[] _origins = new Origin[FirstCapacity];

    // Made when the call takes no more votes.
    private VoterFilter? _filter;

    public LawOutbox Outbox { get; } = outbox;

    public int Count { get; private set; }

    /// <summary>
    /// True where no vote may be added: the call is full, or it was sent before and is sent again as it was.
    /// </summary>
    public bool IsSealed { get; private set; }

    /// <summary>True while its answer is awaited.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>True for a half of a call that was split.</summary>
    public bool IsPart { get; private init; }

    /// <summary>True where votes wait that come after one of this call's, of the same person.</summary>
    public bool IsFollowed { get; set; }

    /// <summary>True where it was sent to a law that had not answered lately.</summary>
    public bool IsCold { get; set; }

    /// <summary>The round of the <see cref="CallWindow"/> in which it was sent.</summary>
    public int Round { get; set; }

    /// <summary>When it was sent, by the dispatcher's clock.</summary>
    public TimeSpan SentAt { get; set; }

    /// <summary>True where votes of it came on a channel that is lost.</summary>
    public bool HasStale
    {
        get
        {
            // Votes of one delivery batch lie side by side: ask once for each.
            for (var i = 0; i < Count; i++)
            {
                if ((i == 0 || _origins[i].Batch != _origins[i - 1].Batch) && _origins[i].Batch.Generation.IsRetired)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether it has a vote of this person.</summary>
    /// <param name="voter">See <see cref="VoterOf"/>.</param>
    public bool Carries(ulong voter)
    {
        if (_filter?.MayHave(voter) is false)
        {
            return false;
        }

        foreach (ref readonly var origin in _origins.AsSpan(0, Count))
        {
            // A vote whose channel is lost comes again, with those behind it, in their order: a call that never ends must not
            // hold up its own vote.
            if (origin.Voter == voter && !origin.Batch.Generation.IsRetired)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Half of a vote's voter key, which is a hash: as good as all of it to tell people apart here.</summary>
    public static ulong VoterOf(DeliveryBatch batch, int index)
    {
        var voter = batch.Votes[index].Cast.Voter;
        return MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(new ReadOnlySpan<Guid>(in voter)));
    }

    public void Add(DeliveryBatch batch, int index)
    {
        if (Count == _origins.Length)
        {
            var larger = ArrayPool<Origin>.Shared.Rent(Math.Max(Count * 2, FewestPooled));
            _origins.AsSpan().CopyTo(larger);
            ReturnOrigins();
            _origins = larger;
        }

        _origins[Count] = new Origin(batch, index, VoterOf(batch, index));
        Count++;
        if (Count == VoteBatch.MaxVotes)
        {
            Seal();
        }
    }

    public void Seal()
    {
        if (IsSealed)
        {
            return;
        }

        IsSealed = true;
        if (Count <= FewVotes)
        {
            return;
        }

        _filter = new VoterFilter(Count);
        foreach (ref readonly var origin in _origins.AsSpan(0, Count))
        {
            _filter.Add(origin.Voter);
        }
    }

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

        var votes = ArrayPool<CastVote>.Shared.Rent(Count);
        for (var i = 0; i < Count; i++)
        {
            votes[i] = _origins[i].Cast;
        }

        var packed = VoteBatchWriter.Pack(votes.AsSpan(0, Count), backlog);
        votes.AsSpan(0, Count).Clear();
        ArrayPool<CastVote>.Shared.Return(votes);
        return packed;
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
        var first = new VoteCall(Outbox) { IsPart = true, IsFollowed = IsFollowed };
        var second = new VoteCall(Outbox) { IsPart = true, IsFollowed = IsFollowed };
        for (var i = 0; i < Count; i++)
        {
            (i < Count / 2 ? first : second).Add(_origins[i].Batch, _origins[i].Index);
        }

        first.Seal();
        second.Seal();
        Release();
        return (first, second);
    }

    /// <summary>Gives the buffer back; the call must not be used after.</summary>
    public void Release()
    {
        ReturnOrigins();
        _origins = [];
        Count = 0;
        _filter?.Release();
        _filter = null;
    }

    private void ReturnOrigins()
    {
        if (_origins.Length >= FewestPooled)
        {
            ArrayPool<Origin>.Shared.Return(_origins, clearArray: true);
        }
    }

    private readonly record struct Origin(DeliveryBatch Batch, int Index, ulong Voter)
    {
        public CastVote Cast => Batch.Votes[Index].Cast;
    }
}
