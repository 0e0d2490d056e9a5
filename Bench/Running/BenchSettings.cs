namespace Votes.Bench.Running;

/// <summary>How much a bench measures.</summary>
public sealed record BenchSettings
{
    /// <summary>Votes that a full drain measures.</summary>
    public long Votes { get; init; } = 400_000;

    /// <summary>Votes before those, so that processes have started and their code is compiled.</summary>
    public long WarmUpVotes { get; init; } = 400_000;

    /// <summary>How long a paced run measures.</summary>
    public TimeSpan PacedFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a paced run goes before that.</summary>
    public TimeSpan PacedWarmUp { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The pace, as a share of the rate of a full drain.</summary>
    public double PacedShare { get; init; } = 0.3;

    /// <summary>Live streams that are open at once.</summary>
    public int Streams { get; init; } = 1_000;

    /// <summary>
    /// How long streams are open before they are measured. At an event a second each their code is compiled late, and that
    /// takes several times what they take.
    /// </summary>
    public TimeSpan StreamsWarmUp { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>How long streams are watched, and how long the same law without them.</summary>
    public TimeSpan StreamsFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Laws that are activated and left alone.</summary>
    public int IdleLaws { get; init; } = 200_000;

    /// <summary>What is wrong with these values, one sentence each; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Votes is < 1 or > 50_000_000)
            problems.Add($"votes is {Votes}; it must be from 1 to 50000000");
        if (WarmUpVotes is < 1 or > 50_000_000)
            problems.Add($"warm-up is {WarmUpVotes}; it must be from 1 to 50000000 votes");
        return problems;
    }
}
