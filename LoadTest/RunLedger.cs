namespace Votes.LoadTest;

/// <summary>What was published, and what servers showed before: all that a later check needs.</summary>
public sealed record RunLedger
{
    /// <summary>The plan, with the choices of its laws as they were read from the database.</summary>
    public required LoadPlan Plan { get; init; }

    /// <summary>Whether the broker confirmed every message.</summary>
    public bool Complete { get; init; }

    /// <summary>How many of the plan's messages were published, from the first one on; null for all of them.</summary>
    public long? Published { get; init; }

    /// <summary>Messages confirmed by the broker, each counted once.</summary>
    public long Confirmed { get; init; }

    /// <summary>Messages sent again after a lost connection, because their confirm never came.</summary>
    public long Republished { get; init; }

    /// <summary>
    /// Those of <see cref="Republished" /> that are malformed: each may lie in the dead-letter queue twice.
    /// </summary>
    public long RepublishedMalformed { get; init; }

    /// <summary>Messages the broker refused (nack), sent again.</summary>
    public long Nacked { get; init; }

    /// <summary>When the first message was sent.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last message was confirmed.</summary>
    public DateTimeOffset EndedAt { get; init; }

    /// <summary>Depth of the dead-letter queue before the run.</summary>
    public long DeadLettersBefore { get; init; }

    /// <summary>Sum of all totals before the run.</summary>
    public long TotalsBefore { get; init; }

    /// <summary>
    /// Votes each metrics page showed as redelivered before the run; a page that did not answer is absent.
    /// </summary>
    public IReadOnlyDictionary<string, double> RedeliveredBefore { get; init; } = new Dictionary<string, double>();

    /// <summary>How long publishing took.</summary>
    public TimeSpan Duration => EndedAt - StartedAt;
}
