using Microsoft.Extensions.Options;

namespace Votes.Silo.Api.Live;

/// <summary>
/// Who watches what on this silo: one <see cref="LawWatcher"/> a law behind any number of readers, as long as there is one.
/// Thread-safe.
/// </summary>
public sealed class LiveTallies(
    TallyReader tallies, IOptions<LiveOptions> options, TimeProvider time, ILogger<LiveTallies> logger) : IAsyncDisposable
{
    private readonly Dictionary<string, LawWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _streamsOf = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _streams;

    /// <summary>The laws that are watched.</summary>
    public int WatchedLaws
    {
        get
        {
            lock (_gate)
            {
                return _watchers.Count;
            }
        }
    }

    /// <summary>The streams that are open.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Opens a stream of some laws; dispose of it to end it.</summary>
    /// <param name="lawIds">The laws.</param>
    /// <param name="client">
    /// Whose stream it is. A client that has as many as <see cref="LiveShare"/> lets it have gets no more, so that few clients
    /// never have them all.
    /// </param>
    /// <exception cref="TooBusyException">A limit of this silo is reached.</exception>
    public LiveSubscription Open(IReadOnlyList<string> lawIds, string client)
    {
        var reader = new LiveReader();
        lock (_gate)
        {
            var own = _streamsOf.GetValueOrDefault(client);
            if (own >= LiveShare.Of(options.Value.MaxStreams - _streams, own) && _streams < options.Value.MaxStreams)
            {
                throw new TooBusyException(
                    "This silo has few live streams left, and this address has its share of them. Try another silo, or again later.");
            }

            var fresh = lawIds.Count(lawId => !_watchers.ContainsKey(lawId));
            if (_streams >= options.Value.MaxStreams || _watchers.Count + fresh > options.Value.MaxWatchedLaws)
            {
                throw new TooBusyException("This silo has as many live streams as it takes. Try another one, or again later.");
            }

            _streams++;
            _streamsOf[client] = own + 1;
            var watchers = lawIds.Select(Watch).ToArray();
            Array.ForEach(watchers, watcher => watcher.Add(reader));
            reader.Wake();
            return new LiveSubscription(reader, watchers, () => Close(lawIds, client, reader));
        }
    }

    /// <summary>Ends all watching.</summary>
    public async ValueTask DisposeAsync()
    {
        List<LawWatcher> left;
        lock (_gate)
        {
            left = [.. _watchers.Values];
            _watchers.Clear();
        }

        foreach (var watcher in left)
        {
            await watcher.DisposeAsync();
        }
    }

    private LawWatcher Watch(string lawId)
    {
        if (!_watchers.TryGetValue(lawId, out var watcher))
        {
            _watchers[lawId] = watcher = new LawWatcher(lawId, tallies, options.Value, time, logger);
        }

        return watcher;
    }

    private async ValueTask Close(IReadOnlyList<string> lawIds, string client, LiveReader reader)
    {
        var idle = new List<LawWatcher>();
        lock (_gate)
        {
            _streams--;
            if (--_streamsOf[client] == 0)
            {
                _streamsOf.Remove(client);
            }

            foreach (var lawId in lawIds)
            {
                if (_watchers.TryGetValue(lawId, out var watcher))
                {
                    watcher.Remove(reader);
                    if (!watcher.HasReaders)
                    {
                        _watchers.Remove(lawId);
                        idle.Add(watcher);
                    }
                }
            }
        }

        foreach (var watcher in idle)
        {
            await watcher.DisposeAsync();
        }
    }
}
