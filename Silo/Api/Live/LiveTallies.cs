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
    /// <exception cref="TooBusyException">A limit of this silo is reached.</exception>
    public LiveSubscription Open(IReadOnlyList<string> lawIds)
    {
        var reader = new LiveReader();
        lock (_gate)
        {
            var fresh = lawIds.Count(lawId => !_watchers.ContainsKey(lawId));
            if (_streams >= options.Value.MaxStreams || _watchers.Count + fresh > options.Value.MaxWatchedLaws)
            {
                throw new TooBusyException("This silo has as many live streams as it takes. Try another one, or again later.");
            }

            _streams++;
            var watchers = lawIds.Select(Watch).ToArray();
            Array.ForEach(watchers, watcher => watcher.Add(reader));
            reader.Wake();
            return new LiveSubscription(reader, watchers, () => Close(lawIds, reader));
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

    private async ValueTask Close(IReadOnlyList<string> lawIds, LiveReader reader)
    {
        var idle = new List<LawWatcher>();
        lock (_gate)
        {
            _streams--;
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
