using System.Collections.Immutable;
using Votes.Grains.Interfaces;

namespace Votes.Silo.Api.Live;

/// <summary>
/// Watches one law for all readers of this silo, and wakes them when there is news: its grain tells of changes, and is asked
/// on a timer as well, for what it told may be lost, and the grain may move and forget its watchers. Owns the newest tally of
/// the law.
/// </summary>
public sealed partial class LawWatcher : ITallyWatcher, IAsyncDisposable
{
    private static readonly TimeSpan OlderForAMoment = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly string _lawId;
    private readonly TallyReader _tallies;
    private readonly LiveOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private ImmutableHashSet<LiveReader> _readers = [];
    private LiveTally? _latest;

    /// <summary>Begins to watch.</summary>
    public LawWatcher(string lawId, TallyReader tallies, LiveOptions options, TimeProvider time, ILogger logger)
    {
        _lawId = lawId;
        _tallies = tallies;
        _options = options;
        _time = time;
        _logger = logger;

        // Awaited by DisposeAsync; it observes its own failures.
        _loop = Task.Run(WatchAsync);
    }

    /// <summary>The newest tally; null before the first answer.</summary>
    public LiveTally? Latest => Volatile.Read(ref _latest);

    /// <summary>Whether somebody reads.</summary>
    public bool HasReaders => !_readers.IsEmpty;

    /// <summary>Somebody reads from now on.</summary>
    public void Add(LiveReader reader) => ImmutableInterlocked.Update(ref _readers, static (all, one) => all.Add(one), reader);

    /// <summary>Somebody reads no more.</summary>
    public void Remove(LiveReader reader) =>
        ImmutableInterlocked.Update(ref _readers, static (all, one) => all.Remove(one), reader);

    /// <inheritdoc/>
    public Task TallyChangedAsync(LawTally tally)
    {
        Take(TallyView.Of(tally));
        return Task.CompletedTask;
    }

    /// <summary>Ends the watch.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_options.Interval, _time);
        var reference = _tallies.ReferenceTo(this);
        var beatAt = _time.GetTimestamp();
        try
        {
            do
            {
                await LookAsync(reference);
                if (_time.GetElapsedTime(beatAt) >= _options.Heartbeat)
                {
                    beatAt = _time.GetTimestamp();
                    WakeReaders();
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
        finally
        {
            _tallies.Forget(_lawId, reference);
        }
    }

    /// <summary>Asks the grain, and asks it to go on telling of changes.</summary>
    private async Task LookAsync(ITallyWatcher reference)
    {
        try
        {
            Take(await _tallies.WatchAsync(_lawId, reference, _stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever went wrong, the next look may succeed; readers keep what they have.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogLookFailed(exception);
        }
    }

    /// <summary>Takes over a tally and wakes the readers, where it is news.</summary>
    private void Take(TallyView tally)
    {
        lock (_gate)
        {
            // An activation that has seen less than the one before it answers with a smaller version for a moment. Where
            // the database has gone back, a new activation goes on doing so (docs/adr/0005-versions.md).
            if (Latest is { Tally: var latest }
                && (tally.SaysTheSameAs(latest)
                    || (tally.Version < latest.Version && tally.AsOf - latest.AsOf < OlderForAMoment)))
            {
                return;
            }

            Volatile.Write(ref _latest, LiveTally.Of(tally, _tallies.ToJson(tally)));
        }

        WakeReaders();
    }

    private void WakeReaders()
    {
        foreach (var reader in _readers)
        {
            reader.Wake();
        }
    }

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "A watched law did not answer; its readers keep the last totals")]
    private partial void LogLookFailed(Exception exception);
}
