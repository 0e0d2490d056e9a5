using Votes.LoadTest.Chaos.Invariants;

namespace Votes.LoadTest.Chaos.Reporting;

/// <summary>What came of a drill.</summary>
public sealed record ChaosReport
{
    /// <summary>The seed that draws the same schedule again.</summary>
    public required long Seed { get; init; }

    /// <summary>How long the drill took, from the cluster's start to the last check.</summary>
    public required double Seconds { get; init; }

    /// <summary>Messages published a second.</summary>
    public required double Rate { get; init; }

    /// <summary>Messages confirmed by the broker.</summary>
    public required long Published { get; init; }

    /// <summary>Messages sent again because their confirm never came.</summary>
    public required long Republished { get; init; }

    /// <summary>Votes counted.</summary>
    public required long Counted { get; init; }

    /// <summary>Votes filed as duplicates.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Messages in the dead-letter queue.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>The episodes, in their order.</summary>
    public required IReadOnlyList<EpisodeReport> Episodes { get; init; }

    /// <summary>The invariants, by number.</summary>
    public required IReadOnlyList<InvariantResult> Invariants { get; init; }

    /// <summary>Whether every invariant holds, and every fault was one.</summary>
    public bool Passed => Invariants.All(invariant => invariant.Holds) && !Episodes.Any(episode => episode.Missed);
}
