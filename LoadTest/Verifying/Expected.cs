namespace Votes.LoadTest.Verifying;

/// <summary>What a run must come to.</summary>
/// <param name="Counted">Votes counted.</param>
/// <param name="Duplicates">Votes filed as duplicates.</param>
/// <param name="DeadLetters">Messages dead-lettered.</param>
/// <param name="Redelivered">Messages that change nothing.</param>
public sealed record Expected(long Counted, long Duplicates, long DeadLetters, long Redelivered)
{
    /// <summary>All that leaves a trace which can be relied on.</summary>
    public long Sum => Counted + Duplicates + DeadLetters;

    /// <summary>Whether nothing is left to wait for, as far as the database and the broker tell.</summary>
    public bool IsReachedBy(Settled settled) =>
        settled.Counted >= Counted && settled.Duplicates >= Duplicates && settled.DeadLetters >= DeadLetters
        && settled.Ready == 0;

    /// <summary>What is still to come, in words; empty where nothing is.</summary>
    public string Missing(Settled settled)
    {
        var parts = new List<string>();
        Add(parts, Counted - settled.Counted, "to be counted");
        Add(parts, Duplicates - settled.Duplicates, "duplicates");
        Add(parts, DeadLetters - settled.DeadLetters, "dead letters");
        Add(parts, settled.Ready, "in the queue");
        return string.Join(", ", parts);
    }

    private static void Add(List<string> parts, long count, string what)
    {
        if (count > 0)
            parts.Add($"{count} {what}");
    }
}
