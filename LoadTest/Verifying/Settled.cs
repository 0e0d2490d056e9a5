namespace Votes.LoadTest.Verifying;

/// <summary>How much of a run is settled, as far as servers show it.</summary>
/// <param name="Counted">Votes counted since the run began, or of this run where that is known.</param>
/// <param name="Duplicates">Votes of this run filed as duplicates.</param>
/// <param name="DeadLetters">By how much the dead-letter queue grew.</param>
/// <param name="Ready">Messages that wait in the queue.</param>
public readonly record struct Settled(long Counted, long Duplicates, long DeadLetters, long Ready)
{
    /// <summary>All settled messages that leave a trace which can be relied on.</summary>
    public long Sum => Counted + Duplicates + DeadLetters;
}
