namespace Votes.LocalCluster;

/// <summary>Looks again and again until something is so. Other processes' states have no event to wait for.</summary>
public static class Poll
{
    /// <summary>Returns true as soon as the condition holds, false when it never did within the limit.</summary>
    public static async Task<bool> UntilAsync(
        Func<CancellationToken, Task<bool>> condition, TimeSpan limit, TimeSpan interval,
        CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (true)
        {
            if (await condition(cancellationToken))
                return true;
            if (clock.GetElapsedTime(start) >= limit)
                return false;
            await Task.Delay(interval, clock, cancellationToken);
        }
    }
}
