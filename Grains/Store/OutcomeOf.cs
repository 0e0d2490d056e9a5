using Votes.Grains.Counting;
using Votes.Grains.Flush;

namespace Votes.Grains.Store;

/// <summary>Works out the outcome of each row from what the database said. Pure.</summary>
internal static class OutcomeOf
{
    /// <summary>
    /// Turns what the database named into outcomes: the first row of each duplicate that was filed just now becomes
    /// <see cref="VoteOutcome.Duplicate"/>, and a vote that stood in the flush more than once is counted at most once.
    /// </summary>
    /// <param name="rows">The rows of the flush.</param>
    /// <param name="outcomes">Redelivered where the database named the row, else counted; corrected in place.</param>
    /// <param name="filed">The duplicates filed by this flush; emptied on the way. Null: none.</param>
    /// <param name="repeats">How many rows neither were inserted nor named: repeats of a row that was inserted.</param>
    public static void Settle(
        FlushRows rows, VoteOutcome[] outcomes, HashSet<(string LawId, Guid Voter, Guid VoteId)>? filed, long repeats)
    {
        for (var i = 0; filed is { Count: > 0 } && i < outcomes.Length; i++)
        {
            if (outcomes[i] == VoteOutcome.Redelivered && filed.Remove((rows.LawIds[i], rows.Voters[i], rows.VoteIds[i])))
            {
                outcomes[i] = VoteOutcome.Duplicate;
            }
        }

        if (repeats > 0)
        {
            MarkRepeats(rows, outcomes);
        }
    }

    /// <summary>Marks the votes on closed laws, save for those that the database found to be on record.</summary>
    /// <param name="rows">The rows of the flush.</param>
    /// <param name="outcomes">Redelivered where the database named the row, else counted; corrected in place.</param>
    /// <param name="closed">The laws that are closed; null: none.</param>
    /// <returns>How many rows were marked.</returns>
    public static int MarkClosed(FlushRows rows, VoteOutcome[] outcomes, HashSet<string>? closed)
    {
        var marked = 0;
        for (var i = 0; closed is not null && i < outcomes.Length; i++)
        {
            if (outcomes[i] == VoteOutcome.Counted && closed.Contains(rows.LawIds[i]))
            {
                outcomes[i] = VoteOutcome.Closed;
                marked++;
            }
        }

        return marked;
    }

    private static void MarkRepeats(FlushRows rows, VoteOutcome[] outcomes)
    {
        var seen = new HashSet<(string LawId, Guid Voter)>(rows.Count);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == VoteOutcome.Counted && !seen.Add((rows.LawIds[i], rows.Voters[i])))
            {
                outcomes[i] = VoteOutcome.Redelivered;
            }
        }
    }
}
