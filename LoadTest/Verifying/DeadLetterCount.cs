namespace Votes.LoadTest.Verifying;

/// <summary>Judges how many dead letters a run left, where they are only counted and not read. Pure.</summary>
internal static class DeadLetterCount
{
    /// <summary>What is wrong with the number; null where nothing is.</summary>
    /// <param name="grown">By how many the dead-letter queue grew.</param>
    /// <param name="malformed">How many malformed messages were sent.</param>
    /// <param name="republished">How many of them were sent again, since the broker may have had the first one or not.</param>
    public static string? Problem(long grown, long malformed, long republished)
    {
        if (grown >= malformed && grown <= malformed + republished)
            return null;
        var problem = $"{malformed} malformed messages were sent; the dead-letter queue grew by {grown}";
        return grown < malformed
            ? problem
            : problem + "; copies are no loss, and a broker or an Ingest that dies leaves some: verify with "
                + "--inspect-dead-letters, which looks for each message and allows for copies";
    }
}
