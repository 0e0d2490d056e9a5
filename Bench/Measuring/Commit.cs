namespace Votes.Bench.Measuring;

/// <summary>One transaction that counted votes.</summary>
/// <param name="At">When it committed, by the database's clock, which is this machine's.</param>
/// <param name="Votes">How many votes it counted.</param>
public readonly record struct Commit(DateTimeOffset At, long Votes);
