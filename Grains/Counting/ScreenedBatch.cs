using System.Diagnostics;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;

namespace Votes.Grains.Counting;

/// <summary>A vote batch after its law has judged it: what may be counted, and what may not with the reason.</summary>
/// <param name="Accepted">The votes that may be counted, in their order.</param>
/// <param name="AcceptedIndexes">Where each accepted vote stood in the batch; null where all were accepted.</param>
/// <param name="Rejected">The votes that may not be counted.</param>
public sealed record ScreenedBatch(CastVote[] Accepted, int[]? AcceptedIndexes, RejectedVote[] Rejected)
{
    /// <summary>Unpacks a batch and lets the law judge each vote.</summary>
    /// <exception cref="MalformedVoteBatchException">The batch is malformed.</exception>
    public static ScreenedBatch Screen(VoteBatch batch, Law law, bool acceptUnknownLaws)
    {
        var reader = new VoteBatchReader(batch);
        var votes = new CastVote[reader.Count];
        List<RejectedVote>? rejected = null;
        for (var i = 0; i < votes.Length; i++)
        {
            votes[i] = reader[i];
            if (!Micros.IsInRange(votes[i].CastAtMicroseconds))
            {
                throw new MalformedVoteBatchException($"Vote {i} was cast outside the years 1 to 9999.");
            }

            var reason = law.Judge(votes[i].Choice, votes[i].CastAtMicroseconds, acceptUnknownLaws);
            if (reason != RejectReason.None)
            {
                (rejected ??= []).Add(new RejectedVote(i, reason));
            }
        }

        return rejected is null ? new ScreenedBatch(votes, null, []) : Without(votes, [.. rejected]);
    }

    /// <summary>Adds up what became of the accepted votes, beside those that were rejected.</summary>
    /// <param name="outcomes">The outcome of each accepted vote, in their order.</param>
    public VoteBatchOutcome ToOutcome(ReadOnlySpan<VoteOutcome> outcomes)
    {
        int counted = 0, redelivered = 0, duplicates = 0;
        List<RejectedVote>? refused = null;
        for (var i = 0; i < outcomes.Length; i++)
        {
            switch (outcomes[i])
            {
                case VoteOutcome.Counted:
                    counted++;
                    break;
                case VoteOutcome.Redelivered:
                    redelivered++;
                    break;
                case VoteOutcome.Duplicate:
                    duplicates++;
                    break;
                case VoteOutcome.Refused:
                    (refused ??= []).Add(new RejectedVote(IndexInBatch(i), RejectReason.RefusedByDatabase));
                    break;
                case VoteOutcome.Closed:
                    (refused ??= []).Add(new RejectedVote(IndexInBatch(i), RejectReason.LawClosed));
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        return new VoteBatchOutcome(
            counted, redelivered, duplicates, refused is null ? Rejected : [.. Rejected, .. refused]);
    }

    /// <summary>Where the accepted vote at <paramref name="accepted"/> stood in the batch.</summary>
    public int IndexInBatch(int accepted) => AcceptedIndexes is null ? accepted : AcceptedIndexes[accepted];

    private static ScreenedBatch Without(CastVote[] votes, RejectedVote[] rejected)
    {
        var accepted = new CastVote[votes.Length - rejected.Length];
        var indexes = new int[accepted.Length];
        for (int i = 0, kept = 0, next = 0; i < votes.Length; i++)
        {
            if (next < rejected.Length && rejected[next].Index == i)
            {
                next++;
                continue;
            }

            accepted[kept] = votes[i];
            indexes[kept++] = i;
        }

        return new ScreenedBatch(accepted, indexes, rejected);
    }
}
