using Microsoft.Extensions.Options;
using Orleans.Placement;
using Votes.Grains.Board;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;
using Votes.Grains.Placement;
using Votes.Grains.Store;
using Votes.Grains.Watching;

namespace Votes.Grains;

/// <summary>
/// Counts the votes on one law: screens them, hands them to the silo's writer, and keeps the totals that the database
/// returned. Owns the tally in memory; what is counted is decided by the database alone, so that two activations of a law
/// at once still give exact totals.
/// </summary>
/// <remarks>
/// Hash placement: with a handful of hot laws the default placement, which weighs silos by load, puts them in lumps. After
/// a silo has joined, laws with votes under way move to where their hash belongs.
/// </remarks>
[HashBasedPlacement]
public sealed class LawTallyGrain : Grain, ILawTallyGrain
{
    private static readonly TimeSpan ReloadInterval = TimeSpan.FromSeconds(1);

    // What an operator repairs or takes out, and what a failover lost, shows after this time in a law that is asked for and
    // has no further votes.
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(30);

    // A database that is slow must not make answers slow: what is in memory is older then, not wrong.
    private static readonly TimeSpan ReadAgainPatience = TimeSpan.FromMilliseconds(250);

    private readonly TallyWriter _writer;
    private readonly LawBook _book;
    private readonly TallyMetrics _metrics;
    private readonly LawPlace _place;
    private readonly TallyFeed _feed;
    private readonly WentBackLog _wentBack;
    private readonly TimeProvider _time;
    private bool _acceptUnknownLaws;
    private readonly Tally _tally = new();
    private string _lawId = "";
    private TallyWatchers? _watchers;
    private Task _lastWrite = Task.CompletedTask;
    private DateTimeOffset _asOf;
    private DateTimeOffset? _changedAt;
    private long _loadedAt;
    private long _readAgainAt;
    private bool _readAgain;
    private long _entered;
    private bool _loadedClosed;
    private Task<bool>? _reload;
    private int _doubts;
    private int _doubtsAtLoad;

    /// <summary>Creates the grain; its services are the silo's.</summary>
    public LawTallyGrain(
        TallyWriter writer,
        LawBook book,
        TallyMetrics metrics,
        SiloJoins joins,
        TallyFeed feed,
        WentBackLog wentBack,
        TimeProvider time,
        IOptions<LawTallyOptions> laws)
    {
        _writer = writer;
        _book = book;
        _metrics = metrics;
        _place = new LawPlace(GrainContext, joins, time);
        _feed = feed;
        _wentBack = wentBack;
        _time = time;
        _acceptUnknownLaws = laws.Value.UnknownLaw == UnknownLawPolicy.Accept;
    }

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _lawId = this.GetPrimaryKeyString();
        if (!LawIds.IsValid(_lawId))
        {
            // The database would refuse to read it, and with it the other laws of the same read.
            throw new MalformedVoteBatchException("A law id has 1 to 128 characters and no control characters.");
        }

        // Who calls without an Ingest in between does not register what the API would refuse.
        _acceptUnknownLaws &= LawText.FaultOf(_lawId, LawIds.MaxCharacters) is null;
        await LoadAsync(cancellationToken);
        _metrics.LawActivated();
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Orleans lets running calls end first, so this finds something only when it could not wait for them.
        await FlushAsync(cancellationToken);
        _book.Forget(_lawId);
        _metrics.LawDeactivated(_lawId, _tally);
    }

    /// <inheritdoc/>
    public async Task<VoteBatchOutcome> RecordAsync(VoteBatch batch, CancellationToken cancellationToken = default)
    {
        var arrived = _time.GetTimestamp();
        await _book.EnsureFreshAsync();
        var screened = ScreenedBatch.Screen(batch, _book[_lawId], _acceptUnknownLaws);
        if (screened.Rejected.Length > 0)
        {
            // A law that was registered, opened or given a choice a moment ago must not cost anybody a vote, and a
            // database that does not answer is no reason to reject one.
            if (!await ReloadIfOldAsync(cancellationToken))
            {
                throw new VotesNotDurableException("The law's description could not be read again to reject votes by it.");
            }

            screened = ScreenedBatch.Screen(batch, _book[_lawId], _acceptUnknownLaws);
        }

        if (screened.Accepted.Length == 0)
        {
            _metrics.Settled(0, 0, 0, screened.Rejected.Length);
            return new VoteBatchOutcome(0, 0, 0, screened.Rejected);
        }

        return await WriteAsync(screened, batch.Backlog, arrived);
    }

    /// <inheritdoc/>
    public async Task<LawTally> GetTallyAsync(CancellationToken cancellationToken = default)
    {
        await _book.LookAsync();
        var status = _book[_lawId].Status;
        if (IsInDoubt || status == LawStatus.Unknown || (status == LawStatus.Closed && !_loadedClosed))
        {
            await ReloadIfOldAsync(cancellationToken);
        }
        else if (_readAgain || _time.GetElapsedTime(_readAgainAt) >= ReadAgainAfter)
        {
            // However often it is asked for, and whether or not the database answers, a law is read once in this time, and
            // together with others: their number alone decides what it costs.
            _readAgainAt = _time.GetTimestamp();
            await ((Task)ReloadIfOldAsync(CancellationToken.None)).WaitAsync(ReadAgainPatience, _time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        return ToLawTally();
    }

    /// <inheritdoc/>
    public Task<LawTally> WatchAsync(ITallyWatcher watcher, CancellationToken cancellationToken = default)
    {
        _watchers ??= new TallyWatchers(this, ToLawTally, _time);
        _watchers.Add(watcher);
        return GetTallyAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task UnwatchAsync(ITallyWatcher watcher)
    {
        _watchers?.Remove(watcher);
        return Task.CompletedTask;
    }

    private LawTally ToLawTally() => _tally.ToLawTally(_book[_lawId], _asOf, _loadedClosed, _changedAt);

    /// <remarks>
    /// Takes no cancellation token: votes that were accepted are on their way to the database, and what came of them has
    /// to be entered here whether or not the caller still waits.
    /// </remarks>
    private async Task<VoteBatchOutcome> WriteAsync(ScreenedBatch screened, bool backlog, long arrived)
    {
        var votes = screened.Accepted;
        foreach (ref readonly var vote in votes.AsSpan())
        {
            _tally.Accept(vote.Choice);
        }

        _watchers?.Changed();
        var unregistered = _book[_lawId].Status == LawStatus.Unknown;
        var write = _writer.WriteAsync(_lawId, votes, unregistered, backlog, arrived);
        _lastWrite = write;
        PendingOutcome outcome;
        try
        {
            outcome = await write;
        }
        catch (VotesNotDurableException)
        {
            // The transaction may have committed all the same, or may do so yet: the totals in memory are not to be
            // trusted. One that commits after the next read shows when the sender sends the votes again.
            _doubts++;
            throw;
        }
        finally
        {
            foreach (ref readonly var vote in votes.AsSpan())
            {
                _tally.Settle(vote.Choice);
            }
        }

        if (unregistered)
        {
            _book.Registered(_lawId);
        }

        var result = Enter(outcome, screened);
        _watchers?.Changed();
        _feed.Durable(_lawId, result.Counted, _tally.DurableTotal, _tally.Version, _time.GetElapsedTime(arrived));
        if (IsInDoubt)
        {
            // Not awaited: these votes are durable, and a read that hangs must not keep their sender from its ack. Whoever
            // asks for the tally waits for this read, or for one of their own.
            _ = ReloadIfOldAsync(CancellationToken.None);
        }

        // After a write that succeeded: where they fail, its totals could not be read where it would go.
        await _place.MoveIfDueAsync();
        return result;
    }

    private VoteBatchOutcome Enter(PendingOutcome outcome, ScreenedBatch screened)
    {
        foreach (var moved in outcome.Totals)
        {
            // Versions go up by one: where one was skipped, somebody else changed the law's totals, such as another
            // activation or an operator who set them right, and may have changed those of its other choices too. A version
            // that is lower than one that was seen says that the database may have gone back.
            var steps = moved.Total.Version - _tally.VersionOf(moved.Total.Choice);
            _doubts += steps is < 0 or > 1 ? 1 : 0;
            _entered++;
            Set(moved.Total);
            _asOf = Micros.Floor(_time.GetUtcNow());
            ChangedAt(outcome.At ?? _asOf);
        }

        var result = screened.ToOutcome(outcome.Outcomes);

        // On record already: perhaps by another activation of this law, whose totals this one has not seen.
        _doubts += result.Redelivered > 0 ? 1 : 0;

        // The law was closed a moment ago: its description is to say so, with the totals that it had then.
        _doubts += !_loadedClosed && outcome.Outcomes.AsSpan().Contains(VoteOutcome.Closed) ? 1 : 0;
        _metrics.Settled(result.Counted, result.Redelivered, result.Duplicates, result.Rejected.Length);
        return result;
    }

    private void Set(ChoiceTotal total)
    {
        var before = _tally.Durable(total.Choice);
        if (_tally.Set(total))
        {
            _metrics.TotalMoved(_lawId, total.Choice, before, total.Total);
        }
    }

    private void ChangedAt(DateTimeOffset? moment) => _changedAt = moment > _changedAt || _changedAt is null ? moment : _changedAt;

    /// <summary>Whether the database may hold totals of this law that this activation has not seen.</summary>
    private bool IsInDoubt => _doubts != _doubtsAtLoad;

    /// <summary>Reads the law again unless that was done a moment ago; calls that interleave share one read.</summary>
    /// <returns>False where the database did not answer: what is in memory is older than a moment then.</returns>
    private Task<bool> ReloadIfOldAsync(CancellationToken cancellationToken)
    {
        if (_reload is { IsCompleted: false })
        {
            return _reload.WaitAsync(cancellationToken);
        }

        if (_time.GetElapsedTime(_loadedAt) < ReloadInterval)
        {
            return Task.FromResult(true);
        }

        // No caller's token: others may be waiting for the same read.
        _reload = ReloadAsync();
        return _reload.WaitAsync(cancellationToken);
    }

    private async Task<bool> ReloadAsync()
    {
        try
        {
            await LoadAsync(CancellationToken.None);
            return true;
        }
        catch (VotesNotDurableException)
        {
            // What is in memory is older, not wrong.
            return false;
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        // Doubts that come up while the read is under way are not settled by it.
        var (doubts, entered) = (_doubts, _entered);
        try
        {
            var snapshot = await _book.OpenAsync(_lawId, cancellationToken);
            _loadedAt = _readAgainAt = _time.GetTimestamp();
            _asOf = Micros.Floor(_time.GetUtcNow());
            ChangedAt(snapshot.ChangedAt);
            _doubtsAtLoad = doubts;
            _loadedClosed = snapshot.Law.Status == LawStatus.Closed;

            // What was entered before the read began had been committed, so the read has seen it, and what it does not show is
            // gone. Where a flush was entered meanwhile the read may be the older of the two: only what is newer is taken over,
            // and whoever asks next brings another read about.
            _readAgain = entered != _entered;
            if (_readAgain)
            {
                foreach (var total in snapshot.Totals)
                {
                    Set(total);
                }

                return;
            }

            var restated = _tally.Restate(snapshot.Totals);
            foreach (var (before, now) in restated)
            {
                _metrics.TotalMoved(_lawId, now.Choice, before.Total, now.Total);
            }

            _wentBack.Report(_lawId, restated);
        }
        catch (StoreUnavailableException exception)
        {
            throw new VotesNotDurableException($"The law's totals could not be read: {exception.Message}");
        }
    }

    /// <summary>Flushes what is pending and waits for it.</summary>
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_tally.Pending == 0)
        {
            return;
        }

        _writer.Ask(_lawId);
        try
        {
            // A lane works in order: when the last write is done, all are.
            await _lastWrite.WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is VotesNotDurableException or OperationCanceledException)
        {
            // The call that brought the votes answers for them.
        }
    }
}
