using Votes.Grains.Interfaces;

namespace Votes.Silo.Api;

/// <summary>The votes for one choice.</summary>
/// <param name="Choice">The choice.</param>
/// <param name="Total">Durable votes.</param>
/// <param name="Share">Their share of the law's durable votes, 0 to 1, of six digits; null while there are none.</param>
/// <param name="Pending">Votes on their way to the database.</param>
public sealed record ChoiceView(string Choice, long Total, decimal? Share, long Pending)
{
    /// <summary>The view of what a grain answered.</summary>
    public static ChoiceView Of(ChoiceTally choice, long lawTotal) =>
        new(choice.Choice, choice.Durable, ShareOf(choice.Durable, lawTotal), choice.Pending);

    /// <summary>A share of the total; null where that is none.</summary>
    public static decimal? ShareOf(long part, long total) =>
        total == 0 ? null : Math.Round((decimal)part / total, 6);
}
