namespace Votes.Grains.Laws;

/// <summary>
/// How much of the laws' changes a read has seen: all of transactions before <paramref name="Horizon"/>, the oldest one that
/// had not ended. Later ones may have been seen or not.
/// </summary>
/// <param name="Horizon">A transaction's number, which never comes again.</param>
/// <param name="ServerStarted">When the server started; another one, or one that was restored, counts anew.</param>
public readonly record struct LawsAsOf(ulong Horizon, DateTimeOffset ServerStarted)
{
    /// <summary>Whether what changed since <paramref name="earlier"/> can be told by transactions' numbers.</summary>
    public bool Continues(LawsAsOf? earlier) =>
        earlier is { } before && before.ServerStarted == ServerStarted && before.Horizon <= Horizon;
}
