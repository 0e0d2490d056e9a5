using Votes.Grains.Interfaces;
using Votes.Grains.Laws;

namespace Votes.Grains.Flush;

/// <summary>Votes as columns, the shape in which they go to the database: one array per column.</summary>
public sealed class FlushRows
{
    /// <summary>The law of each vote.</summary>
    public List<string> LawIds { get; } = [];

    /// <summary>The voter key of each vote.</summary>
    public List<Guid> Voters { get; } = [];

    /// <summary>The vote id of each vote.</summary>
    public List<Guid> VoteIds { get; } = [];

    /// <summary>The choice of each vote.</summary>
    public List<string> Choices { get; } = [];

    /// <summary>When each vote was cast, UTC.</summary>
    public List<DateTime> CastAt { get; } = [];

    /// <summary>How many votes there are.</summary>
    public int Count => LawIds.Count;

    /// <summary>Adds a vote.</summary>
    public void Add(string lawId, in CastVote vote)
    {
        LawIds.Add(lawId);
        Voters.Add(vote.Voter);
        VoteIds.Add(vote.VoteId);
        Choices.Add(vote.Choice);
        CastAt.Add(Micros.ToUtc(vote.CastAtMicroseconds));
    }

    /// <summary>Each law that there are votes on, once.</summary>
    public List<string> DistinctLawIds()
    {
        var distinct = new HashSet<string>(StringComparer.Ordinal);
        var last = "";
        foreach (var lawId in LawIds)
        {
            // Votes of one law mostly come in a row, as one string.
            if (!ReferenceEquals(lawId, last))
            {
                distinct.Add(lawId);
                last = lawId;
            }
        }

        return [.. distinct];
    }

    /// <summary>The <paramref name="count"/> votes from <paramref name="start"/> on, as rows of their own.</summary>
    public FlushRows Slice(int start, int count)
    {
        var slice = new FlushRows();
        slice.LawIds.AddRange(LawIds.GetRange(start, count));
        slice.Voters.AddRange(Voters.GetRange(start, count));
        slice.VoteIds.AddRange(VoteIds.GetRange(start, count));
        slice.Choices.AddRange(Choices.GetRange(start, count));
        slice.CastAt.AddRange(CastAt.GetRange(start, count));
        return slice;
    }

    /// <summary>Removes all votes and keeps the memory.</summary>
    public void Clear()
    {
        LawIds.Clear();
        Voters.Clear();
        VoteIds.Clear();
        Choices.Clear();
        CastAt.Clear();
    }
}
