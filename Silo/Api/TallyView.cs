using Votes.Grains.Interfaces;

namespace Votes.Silo.Api;

/// <summary>The totals of a law at one moment.</summary>
/// <param name="LawId">The law.</param>
/// <param name="Status">open, closing (open until the votes published so far are settled) or closed.</param>
/// <param name="Final">Whether no vote can change the totals any more: the law is closed, and they were read after it was.</param>
/// <param name="Total">Durable votes, of all choices.</param>
/// <param name="Pending">Votes on their way to the database; some may turn out to be duplicates.</param>
/// <param name="Version">Grows with every change of the totals: an answer with a smaller one is older.</param>
/// <param name="AsOf">When the durable totals were compared with the database last: they were right then.</param>
/// <param name="ChangedAt">When one of them changed last; null: none ever has.</param>
/// <param name="Choices">A row per choice.</param>
public sealed record TallyView(
    string LawId,
    string Status,
    bool Final,
    long Total,
    long Pending,
    long Version,
    DateTimeOffset AsOf,
    DateTimeOffset? ChangedAt,
    IReadOnlyList<ChoiceView> Choices)
{
    /// <summary>The view of what a grain answered.</summary>
    public static TallyView Of(LawTally tally)
    {
        var total = tally.Choices.Sum(static choice => choice.Durable);
        var pending = tally.Choices.Sum(static choice => choice.Pending);
        return new TallyView(
            tally.LawId,
            tally.Status switch
            {
                LawStatus.Closed => "closed",
                LawStatus.Closing => "closing",
                _ => "open",
            },
            tally.Final,
            total,
            pending,
            tally.Version,
            tally.AsOf,
            tally.ChangedAt,
            [.. tally.Choices.Select(choice => ChoiceView.Of(choice, total))]);
    }

    /// <summary>Whether the other one tells the same, at whatever time it was read.</summary>
    public bool SaysTheSameAs(TallyView other) =>
        this with { AsOf = other.AsOf, Choices = other.Choices } == other && Choices.SequenceEqual(other.Choices);
}
