using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Votes.Grains.Store;

namespace Votes.Grains.Laws;

/// <summary>
/// What a silo knows of the laws that live on it. Reads of many laws at once travel to the database together, and the
/// descriptions of laws are refreshed while votes come in, never on a timer: an idle silo asks nothing. Thread-safe.
/// </summary>
public sealed partial class LawBook : IAsyncDisposable
{
    private const int MaxLawsPerRead = 1_000;
    private const int MaxReadsWaiting = 10_000;
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StaleAfter = 2 * RefreshInterval;

    // How old a description may be before whoever reads it waits for a newer one, and for how long they wait at most: while
    // votes or readers come in all the time nobody does, and while the database is away nobody waits for it.
    private static readonly TimeSpan OldAfter = RefreshInterval + TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookLimit = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, Law> _laws = new(StringComparer.Ordinal);
    private readonly Channel<Read> _reads = Channel.CreateBounded<Read>(MaxReadsWaiting);
    private readonly ITallyStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<LawBook> _logger;
    private readonly Task _loop;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private LawsAsOf? _asOf;
    private long _lastLook;
    private long _lastRefresh;
    private Task _refresh = Task.CompletedTask;

    /// <summary>Creates the book.</summary>
    public LawBook(ITallyStore store, TimeProvider time, ILogger<LawBook> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        _lastLook = _lastRefresh = time.GetTimestamp();

        // Off the caller's scheduler, which may be a grain's. Awaited by DisposeAsync.
        _loop = Task.Run(ReadLoopAsync);
    }

    /// <summary>Reads a law and its totals, and keeps the law's description fresh until <see cref="Forget"/>.</summary>
    /// <exception cref="StoreUnavailableException">The database did not answer.</exception>
    public async Task<LawSnapshot> OpenAsync(string lawId, CancellationToken cancellationToken)
    {
        var read = new Read(lawId);
        await _reads.Writer.WriteAsync(read, cancellationToken);
        var snapshot = await read.Done.Task.WaitAsync(cancellationToken);
        _laws[lawId] = snapshot.Law;
        return snapshot;
    }

    /// <summary>The law's description as last read; it must be open.</summary>
    public Law this[string lawId] => _laws[lawId];

    /// <summary>The law was registered by a vote.</summary>
    public void Registered(string lawId)
    {
        if (_laws.TryGetValue(lawId, out var law) && law.Status == Interfaces.LawStatus.Unknown)
        {
            _laws.TryUpdate(lawId, law.Registered(), law);
        }
    }

    /// <summary>The law lives here no more.</summary>
    public void Forget(string lawId) => _laws.TryRemove(lawId, out _);

    /// <summary>Looks for changed laws where the last look is long enough ago; returns at once.</summary>
    public void RefreshIfDue()
    {
        lock (_gate)
        {
            if (_refresh.IsCompleted && _time.GetElapsedTime(_lastLook) >= RefreshInterval)
            {
                _lastLook = _time.GetTimestamp();

                // Observes its own failures. Off the caller's scheduler, which may be a grain's.
                _refresh = Task.Run(RefreshAsync);
            }
        }
    }

    /// <summary>
    /// As <see cref="RefreshIfDue"/>, but waits for the look where the last one that succeeded is long ago: after a quiet
    /// spell nobody must be counted by what a law was before it.
    /// </summary>
    public Task EnsureFreshAsync()
    {
        RefreshIfDue();
        lock (_gate)
        {
            return _time.GetElapsedTime(_lastRefresh) < StaleAfter ? Task.CompletedTask : _refresh;
        }
    }

    /// <summary>
    /// As <see cref="RefreshIfDue"/>, but waits a little for the look where the last one that succeeded is a while ago: on a
    /// quiet silo the first one who asks is to see what operators changed meanwhile.
    /// </summary>
    public async ValueTask LookAsync()
    {
        RefreshIfDue();
        Task refresh;
        lock (_gate)
        {
            if (_refresh.IsCompleted || _time.GetElapsedTime(_lastRefresh) < OldAfter)
            {
                return;
            }

            refresh = _refresh;
        }

        try
        {
            await refresh.WaitAsync(LookLimit);
        }
        catch (TimeoutException)
        {
            // What is known is older, not wrong.
        }
    }

    /// <summary>Ends the reading; whoever waits for a read is told that it failed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_reads.Writer.TryComplete())
        {
            return;
        }

        await _stopping.CancelAsync();
        await _loop;
        Task refresh;
        lock (_gate)
        {
            refresh = _refresh;
        }

        await refresh;
        _stopping.Dispose();
    }

    private async Task RefreshAsync()
    {
        try
        {
            var changed = await _store.LoadChangedLawsAsync(_asOf, () => [.. _laws.Keys], _stopping.Token);
            _asOf = changed.AsOf;
            foreach (var law in changed.Laws)
            {
                if (_laws.TryGetValue(law.LawId, out var known))
                {
                    _laws.TryUpdate(law.LawId, law, known);
                }
            }

            lock (_gate)
            {
                _lastRefresh = _time.GetTimestamp();
            }
        }
        catch (StoreUnavailableException exception)
        {
            LogRefreshFailed(exception.Message);
        }
#pragma warning disable CA1031 // Nobody awaits this: what it does not catch would vanish, and the looks with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogRefreshFault(exception);
        }
    }

    private async Task ReadLoopAsync()
    {
        var reads = new List<Read>();
        while (await _reads.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (reads.Count < MaxLawsPerRead && _reads.Reader.TryRead(out var read))
            {
                reads.Add(read);
            }

            await ReadAsync(reads);
            reads.Clear();
        }
    }

    private async Task ReadAsync(List<Read> reads)
    {
        try
        {
            var lawIds = reads.Select(static read => read.LawId).ToHashSet(StringComparer.Ordinal);
            var laws = await _store.LoadAsync(lawIds, _stopping.Token);
            reads.ForEach(read => read.Done.TrySetResult(laws[read.LawId]));
        }
        catch (Exception exception) when (exception is not StoreUnavailableException && reads.Count > 1)
        {
            // What one law has on record cannot be read: the others must not fail with it.
            LogReadHalved(exception, reads.Count);
            var half = reads.Count / 2;
            await ReadAsync(reads[..half]);
            await ReadAsync(reads[half..]);
        }
#pragma warning disable CA1031 // Whatever went wrong belongs to those who wait for the read.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (exception is not (StoreUnavailableException or OperationCanceledException))
            {
                LogLawUnreadable(exception, reads[0].LawId);
            }

            reads.ForEach(read => read.Done.TrySetException(exception));
        }
    }

    private sealed record Read(string LawId)
    {
        public TaskCompletionSource<LawSnapshot> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Laws could not be refreshed for an unknown cause; their last known descriptions stay in use")]
    private partial void LogRefreshFault(Exception exception);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "A read of {Laws} laws failed for what one of them has on record; they are read in halves")]
    private partial void LogReadHalved(Exception exception, int laws);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Law {LawId} cannot be read; its votes wait until its row is set right")]
    private partial void LogLawUnreadable(Exception exception, string lawId);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Laws could not be refreshed; their last known descriptions stay in use: {Reason}")]
    private partial void LogRefreshFailed(string reason);
}
