namespace Votes.Bench.Results;

/// <summary>One row of the table: a figure, and what it shall be.</summary>
public sealed record Target
{
    /// <summary>Names the figure, in the table and in the results file.</summary>
    public required string Name { get; init; }

    /// <summary>What is computed from the runs; null where they do not show it.</summary>
    public required Func<IReadOnlyList<RunResult>, double?> Figure { get; init; }

    /// <summary>The bound to reach.</summary>
    public required double Reach { get; init; }

    /// <summary>The bound beyond; null where there is none.</summary>
    public double? Aim { get; init; }

    /// <summary>The unit; empty for a ratio.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Whether the bounds are the most that is allowed, and not the least.</summary>
    public bool AtMost { get; init; }

    /// <summary>Whether it is a ratio of two cases.</summary>
    public bool IsRatio => Unit.Length == 0;

    /// <summary>Whether a figure keeps within a bound.</summary>
    public bool Keeps(double figure, double bound) => AtMost ? figure <= bound : figure >= bound;
}
