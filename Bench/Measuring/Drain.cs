namespace Votes.Bench.Measuring;

/// <summary>The measured part of a drain: from the commit that ends the warm-up to the last one. Pure.</summary>
/// <param name="From">When the warm-up's last vote was durable.</param>
/// <param name="To">When the last vote was durable.</param>
/// <param name="Votes">How many votes became durable after <paramref name="From"/>.</param>
/// <param name="Commits">How many transactions that took.</param>
public sealed record Drain(DateTimeOffset From, DateTimeOffset To, long Votes, int Commits)
{
    /// <summary>How long it took.</summary>
    public double Seconds => (To - From).TotalSeconds;

    /// <summary>Votes that became durable in a second.</summary>
    public double VotesPerSecond => Votes / Seconds;

    /// <summary>Leaves out the votes of the warm-up, in the order in which they became durable.</summary>
    /// <param name="commits">All commits, in any order.</param>
    /// <param name="warmUp">How many votes are warm-up: the commit that reaches them is its last.</param>
    /// <exception cref="BenchException">Too few votes, or too few transactions, to tell a rate.</exception>
    public static Drain Of(IEnumerable<Commit> commits, long warmUp)
    {
        var ordered = commits.OrderBy(static commit => commit.At).ToList();
        var before = 0L;
        for (var mark = 0; mark < ordered.Count; mark++)
        {
            before += ordered[mark].Votes;
            if (before < warmUp)
                continue;
            var rest = ordered.Count - mark - 1;
            var votes = ordered.Skip(mark + 1).Sum(static commit => commit.Votes);
            if (rest == 0 || ordered[^1].At <= ordered[mark].At)
                break;
            return new Drain(ordered[mark].At, ordered[^1].At, votes, rest);
        }

        throw new BenchException(
            $"{ordered.Count} transactions with {ordered.Sum(static commit => commit.Votes)} votes, of which " +
            $"{warmUp} are warm-up, are too few to tell a rate; give it more votes");
    }
}
