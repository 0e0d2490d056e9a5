using System.Globalization;

namespace Votes.LoadTest.Planning;

/// <summary>
/// The messages of a plan, each computed from its index alone. The plan is cut into blocks of some ten thousand
/// messages; each block holds its exact part of duplicates, redeliveries and malformed messages in an order of its own,
/// so that all amounts are exact and whoever sends a block can send the redelivered bytes again from a small memory.
/// </summary>
public sealed class MessagePlan
{
    private const int SmallestBlock = 256;
    private const int LargestBlock = 32_768;
    private const int BlocksWanted = 16;

    private const long OtherChoiceOneIn = 10;

    private readonly LoadPlan _plan;
    private readonly LawDraw _lawDraw;
    private readonly string[] _laws;
    private readonly IReadOnlyList<string>[] _choices;

    /// <summary>Prepares a valid plan; memory grows with the number of laws alone.</summary>
    public MessagePlan(LoadPlan plan)
    {
        if (plan.Problems() is [var problem, ..])
            throw new ArgumentException(problem, nameof(plan));

        _plan = plan;
        _lawDraw = new(plan.LawCount, plan.Skew);
        _laws = LawIds(plan);
        _choices = [.. _laws.Select(law => plan.Choices.GetValueOrDefault(law, LoadPlan.DefaultChoices))];
        Duplicates = Part(plan.Duplicates);
        Redeliveries = Part(plan.Redeliveries);
        Malformed = Part(plan.Malformed);
        Ballots = plan.Votes - Duplicates - Redeliveries - Malformed;
        BlockCount = Math.Max(1, plan.Votes / Math.Clamp(plan.Votes / BlocksWanted, SmallestBlock, LargestBlock));
    }

    /// <summary>Number of messages.</summary>
    public long Messages => _plan.Votes;

    /// <summary>Number of (law, voter) pairs, and so of votes to be counted.</summary>
    public long Ballots { get; }

    /// <summary>Number of second votes.</summary>
    public long Duplicates { get; }

    /// <summary>Number of messages sent once more.</summary>
    public long Redeliveries { get; }

    /// <summary>Number of messages that break a rule.</summary>
    public long Malformed { get; }

    /// <summary>The ids of the laws, the busiest first.</summary>
    public IReadOnlyList<string> Laws => _laws;

    /// <summary>The run this plan belongs to.</summary>
    public RunId RunId => _plan.RunId;

    /// <summary>Number of blocks.</summary>
    public long BlockCount { get; }

    /// <summary>The ids of a plan's laws: those it names, or generated ones.</summary>
    public static string[] LawIds(LoadPlan plan) => plan.LawIds is { } named
        ? [.. named]
        : [.. Enumerable.Range(1, plan.Laws).Select(n => n.ToString("'law-'000000", CultureInfo.InvariantCulture))];

    /// <summary>The choices of a law, by its place in the plan.</summary>
    public IReadOnlyList<string> ChoicesOf(int law) => _choices[law];

    /// <summary>The messages of a block: the first one's index, and the one past the last.</summary>
    public (long Start, long End) Block(long block) =>
        (block * Messages / BlockCount, (block + 1) * Messages / BlockCount);

    /// <summary>The message with this index.</summary>
    public PlannedMessage At(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Messages);
        var block = (((index + 1) * BlockCount) - 1) / Messages;
        var (start, end) = Block(block);
        var order = new Permutation(end - start, Draw.Bits(_plan.Seed, DrawStream.Order, block));
        var duplicates = Before(Duplicates, end) - Before(Duplicates, start);
        var redeliveries = Before(Redeliveries, end) - Before(Redeliveries, start);
        var malformed = Before(Malformed, end) - Before(Malformed, start);
        var firsts = end - start - duplicates - redeliveries - malformed;

        var rank = order.Forward(index - start);
        if (rank >= firsts + duplicates + redeliveries)
            return MalformedAt(index, Before(Malformed, start) + rank - firsts - duplicates - redeliveries);

        var kind = rank < firsts ? MessageKind.First : rank < firsts + duplicates ? MessageKind.Duplicate :
            MessageKind.Redelivery;
        var source = index;
        if (kind == MessageKind.Redelivery)
        {
            rank = Draw.Below(firsts + duplicates, Draw.Bits(_plan.Seed, DrawStream.RedeliveryOf, index));
            source = start + order.Backward(rank);
        }

        var firstsBefore = BallotsBefore(start);
        return rank < firsts
            ? VoteAt(index, kind, source, firstsBefore + rank, 0)
            : DuplicateAt(index, kind, source, firstsBefore, firsts);
    }

    /// <summary>The law that a ballot is cast on, by its place in the plan.</summary>
    public int LawOf(long ballot) => _lawDraw.Law(Draw.Bits(_plan.Seed, DrawStream.Law, ballot));

    /// <summary>
    /// Who casts a ballot. Each second ballot is of the voter before it if that one's is on another law, so that plans
    /// show a voter's key to be unique per law and not by itself.
    /// </summary>
    public long VoterOf(long ballot) =>
        (ballot & 1) == 0 || LawOf(ballot) == LawOf(ballot - 1) ? ballot : ballot - 1;

    private PlannedMessage DuplicateAt(long index, MessageKind kind, long source, long firstsBefore, long firsts)
    {
        // Half of them hit a ballot of their own block, and so mostly the same flush; the others any ballot of the run.
        var near = (Draw.Bits(_plan.Seed, DrawStream.DuplicateReach, source) & 1) == 0;
        var bits = Draw.Bits(_plan.Seed, DrawStream.DuplicateOf, source);
        var ballot = near ? firstsBefore + Draw.Below(firsts, bits) : Draw.Below(Ballots, bits);
        var choiceBits = Draw.Bits(_plan.Seed, DrawStream.DuplicateChoice, source);
        var choices = _choices[LawOf(ballot)].Count;
        var other = choices > 1 && choiceBits % OtherChoiceOneIn == 0;
        return VoteAt(index, kind, source, ballot, other ? 1 + (int)Draw.Below(choices - 1, choiceBits) : 0);
    }

    private PlannedMessage VoteAt(long index, MessageKind kind, long source, long ballot, int choiceStep)
    {
        var law = LawOf(ballot);
        var choices = _choices[law].Count;
        var choice = (int)Draw.Below(choices, Draw.Bits(_plan.Seed, DrawStream.Choice, ballot));
        return new(index, kind, source, ballot, VoterOf(ballot), law, (choice + choiceStep) % choices, default);
    }

    private PlannedMessage MalformedAt(long index, long ordinal)
    {
        var law = _lawDraw.Law(Draw.Bits(_plan.Seed, DrawStream.MalformedLaw, index));
        var kind = MalformedMessage.Kinds[(int)(ordinal % MalformedMessage.Kinds.Count)];
        return new(index, MessageKind.Malformed, index, -1, -1, law, -1, kind);
    }

    private long BallotsBefore(long index) =>
        index - Before(Duplicates, index) - Before(Redeliveries, index) - Before(Malformed, index);

    private long Before(long amount, long index) => index * amount / Messages;

    private long Part(double share) => (long)Math.Round(share * _plan.Votes, MidpointRounding.AwayFromZero);
}
