namespace Votes.LoadTest;

/// <summary>What became of a run's messages.</summary>
public sealed record LoadReport
{
    /// <summary>The plan that was published.</summary>
    public required LoadPlan Plan { get; init; }

    /// <summary>Messages sent and confirmed by the broker, each counted once.</summary>
    public required long Published { get; init; }

    /// <summary>Messages sent again after a lost connection, because their confirm never came.</summary>
    public required long Republished { get; init; }

    /// <summary>Votes of this run in <c>vote_audit</c>.</summary>
    public required long Counted { get; init; }

    /// <summary>Votes of this run in <c>duplicate_attempts</c>.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Messages that changed nothing, because their vote_id was on record already.</summary>
    public required long Redelivered { get; init; }

    /// <summary>What <see cref="Redelivered" /> was read from.</summary>
    public required string RedeliveredSource { get; init; }

    /// <summary>By how many messages the dead-letter queue grew.</summary>
    public required long Rejected { get; init; }

    /// <summary>The laws of this run, the most voted first.</summary>
    public required IReadOnlyList<LawTotals> Laws { get; init; }

    /// <summary>The differences by kind; empty where there are none.</summary>
    public required IReadOnlyDictionary<DifferenceKind, long> DifferenceCounts { get; init; }

    /// <summary>The first differences, in full.</summary>
    public required IReadOnlyList<Difference> Differences { get; init; }

    /// <summary>
    /// Whether the wait ended because nothing moved any more, and what was missing then; null if not.
    /// </summary>
    public string? Stalled { get; init; }

    /// <summary>Messages confirmed a second, from the first one sent to the last confirm.</summary>
    public double PublishRate { get; init; }

    /// <summary>
    /// Votes counted a second, from the first to the last counted_at; 0 where one transaction held all.
    /// </summary>
    public double DrainRate { get; init; }

    /// <summary>Time from cast to durable; null where nothing was counted.</summary>
    public Latency? Latency { get; init; }

    /// <summary>Whether the database holds exactly what was published.</summary>
    public bool Exact => DifferenceCounts.Count == 0;
}
