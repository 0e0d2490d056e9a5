using System.Collections.ObjectModel;

namespace Votes.LoadTest;

/// <summary>
/// What a run publishes. Everything about each message follows from these values and the message's index, so that a
/// run can be checked later from this record alone. Shares are fractions of <see cref="Votes" />, from 0 to 1.
/// </summary>
public sealed record LoadPlan
{
    /// <summary>The most messages a plan may have: products with it must fit a long.</summary>
    public const long MostVotes = 1_000_000_000;

    /// <summary>The most laws a plan may have: each one's id is kept in memory.</summary>
    public const int MostLaws = 1_000_000;

    /// <summary>At least this share of the messages must be first votes: the others are made from them.</summary>
    public const double LeastFirstShare = 0.1;

    /// <summary>The choices of a law that names none itself.</summary>
    public static readonly IReadOnlyList<string> DefaultChoices = ["yes", "no", "abstain"];

    /// <summary>Number of messages in all: first votes, duplicates, redeliveries and malformed ones together.</summary>
    public long Votes { get; init; } = 100_000;

    /// <summary>
    /// Number of laws, with ids <c>law-000001</c> and on; not used where <see cref="LawIds" /> is set.
    /// </summary>
    public int Laws { get; init; } = 100;

    /// <summary>The laws voted on, the busiest first; null for generated ids.</summary>
    public IReadOnlyList<string>? LawIds { get; init; }

    /// <summary>The choices of those laws that name their own, by law id.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Choices { get; init; } =
        ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>Zipf's exponent: 0 spreads votes evenly over laws, 1 gives law k a weight of 1/k.</summary>
    public double Skew { get; init; }

    /// <summary>
    /// Share of second votes: the same voter and law under another vote_id, a tenth with another choice.
    /// </summary>
    public double Duplicates { get; init; } = 0.02;

    /// <summary>Share of redeliveries: the same bytes, and so the same vote_id, once more.</summary>
    public double Redeliveries { get; init; } = 0.01;

    /// <summary>Share of messages that break one rule of the message contract.</summary>
    public double Malformed { get; init; } = 0.001;

    /// <summary>Two plans with the same seed, run id and parameters publish the same votes.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Tells this run's votes and voters from those of every other run on the same database.</summary>
    public RunId RunId { get; init; } = RunId.New();

    /// <summary>The number of laws voted on.</summary>
    public int LawCount => LawIds?.Count ?? Laws;

    /// <summary>What is wrong with these values, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Votes is < 1 or > MostVotes)
            problems.Add($"votes is {Votes}; it must be from 1 to {MostVotes}");
        if (LawCount is < 1 or > MostLaws)
            problems.Add($"the number of laws is {LawCount}; it must be from 1 to {MostLaws}");
        if (!(Skew is >= 0 and <= 10))
            problems.Add($"skew is {Skew}; it must be from 0 to 10");
        AddShare(problems, "duplicates", Duplicates);
        AddShare(problems, "redeliveries", Redeliveries);
        AddShare(problems, "malformed", Malformed);
        // Shares such as 0.8, 0.05 and 0.05 add up to a little more than 0.9 in binary.
        if (problems.Count == 0 && Duplicates + Redeliveries + Malformed > 1 - LeastFirstShare + 1e-9)
            problems.Add("the shares of duplicates, redeliveries and malformed messages together must leave at least " +
                $"{LeastFirstShare} of the messages as first votes");
        if (LawIds is not null && LawIds.Distinct(StringComparer.Ordinal).Count() != LawIds.Count)
            problems.Add("a law id is named twice");
        if (LawIds is not null && LawIds.Any(id => id.Length is 0 or > 128))
            problems.Add("a law id must have from 1 to 128 characters");
        return problems;
    }

    private static void AddShare(List<string> problems, string name, double share)
    {
        if (!(share is >= 0 and <= 1))
            problems.Add($"the share of {name} is {share}; it must be from 0 to 1");
    }
}
