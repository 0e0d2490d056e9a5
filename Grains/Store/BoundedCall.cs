namespace Votes.Grains.Store;

/// <summary>
/// Calls to the database that always end. The driver's own limits do not see to that: to cancel a command, for a timeout or
/// for a token, Npgsql opens another connection and reads from it without a limit, so that with a server that stands still or
/// a network that is silent the cancelled call hangs with it.
/// </summary>
internal static class BoundedCall
{
    /// <summary>Makes a call; gives it up, with what it holds, where it takes too long.</summary>
    /// <param name="call">
    /// The call. Once it is given up its token is cancelled, and whatever it uses is its own to dispose of.
    /// </param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Gives it up early.</param>
    /// <exception cref="TimeoutException">It took too long; what becomes of it is unknown.</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var givenUp = new CancellationTokenSource();

        // On the pool, because a call may block before it first awaits.
        var running = Task.Run(() => call(givenUp.Token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(limit, cancellationToken);
        }
        finally
        {
            if (running.IsCompleted)
            {
                givenUp.Dispose();
            }
            else
            {
                // Observes its own failures, and those of the call.
                _ = Task.Run(AbandonAsync, CancellationToken.None);
            }
        }

        async Task AbandonAsync()
        {
            await givenUp.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            givenUp.Dispose();
        }
    }
}
