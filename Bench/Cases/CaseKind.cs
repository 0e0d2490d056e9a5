namespace Votes.Bench.Cases;

/// <summary>What a case measures.</summary>
public enum CaseKind
{
    /// <summary>A full queue is drained as fast as the contestant can.</summary>
    Drain,

    /// <summary>Votes arrive at a share of the top rate; what counts is the time until they are durable.</summary>
    Paced,

    /// <summary>One law changes each second, and many watch it; what counts is the CPU that they take.</summary>
    Streams,

    /// <summary>Laws are activated and left alone; what counts is the memory that each takes.</summary>
    IdleLaws,
}
