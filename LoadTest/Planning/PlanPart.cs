using Votes.LoadTest.Verifying;

namespace Votes.LoadTest.Planning;

/// <summary>
/// The first messages of a plan, as many as were published: what they must come to. Costs a pass over the messages where
/// they are not all of the plan's.
/// </summary>
public sealed class PlanPart
{
    private readonly BitSet? _ballots;

    /// <summary>The first <paramref name="messages" /> of a plan.</summary>
    public PlanPart(MessagePlan plan, long messages)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(messages);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messages, plan.Messages);
        Plan = plan;
        Messages = messages;
        if (messages == plan.Messages)
        {
            (Ballots, Duplicates, Redeliveries, Malformed) =
                (plan.Ballots, plan.Duplicates, plan.Redeliveries, plan.Malformed);
            return;
        }

        _ballots = new(plan.Ballots);
        for (long index = 0; index < messages; index++)
        {
            var message = plan.At(index);
            if (message.Kind == MessageKind.Malformed)
                Malformed++;
            else if (message.Kind == MessageKind.Redelivery)
                Redeliveries++;
            else if (_ballots.Add(message.Ballot))
                Ballots++;
            else
                Duplicates++;
        }
    }

    /// <summary>The whole plan.</summary>
    public MessagePlan Plan { get; }

    /// <summary>Number of messages published.</summary>
    public long Messages { get; }

    /// <summary>Number of (law, voter) pairs voted for, and so of votes to be counted.</summary>
    public long Ballots { get; }

    /// <summary>Number of votes for a pair that another one was sent for.</summary>
    public long Duplicates { get; }

    /// <summary>Number of messages sent once more.</summary>
    public long Redeliveries { get; }

    /// <summary>Number of messages that break a rule.</summary>
    public long Malformed { get; }

    /// <summary>Whether a vote was sent for a (law, voter) pair.</summary>
    public bool HasBallot(long ballot) => _ballots?[ballot] ?? true;
}
