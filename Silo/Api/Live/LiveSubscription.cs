namespace Votes.Silo.Api.Live;

/// <summary>An open stream's view of the laws that it shows.</summary>
/// <param name="reader">Is woken when one of them changed, or when it is time for a heartbeat.</param>
/// <param name="watchers">A watcher per law, in the order that was asked for.</param>
/// <param name="close">Ends it.</param>
public sealed class LiveSubscription(
    LiveReader reader, IReadOnlyList<LawWatcher> watchers, Func<ValueTask> close) : IAsyncDisposable
{
    /// <summary>The number of laws.</summary>
    public int Laws => watchers.Count;

    /// <summary>The newest tally of a law; null before the first answer.</summary>
    public LiveTally? this[int law] => watchers[law].Latest;

    /// <summary>Waits until there may be something to send.</summary>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">It is over.</exception>
    public ValueTask<bool> WaitAsync() => reader.WaitAsync();

    /// <summary>Ends the wait that goes on, and those to come.</summary>
    public void End() => reader.End();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => close();
}
