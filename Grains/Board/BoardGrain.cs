using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;
using Orleans.Streams.Core;
using Votes.Grains.Store;

namespace Votes.Grains.Board;

/// <summary>
/// Keeps the board of the busiest laws and the cluster's rate from what the silos tell by their stream. Nothing rests on it:
/// what is lost with it is read from the database, or told again by the next events.
/// </summary>
[ImplicitStreamSubscription(BoardStream.Namespace)]
public sealed partial class BoardGrain : Grain, IBoardGrain, IStreamSubscriptionObserver, IAsyncObserver<TalliesMoved>
{
    // A stop waits for a save that is under way, and must not wait for a database that stands still.
    private static readonly TimeSpan SaveLimit = TimeSpan.FromSeconds(1);

    private readonly IPersistentState<BoardState> _state;
    private readonly ITallyStore _store;
    private readonly BoardOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<BoardGrain> _logger;
    private readonly BusyLaws _board;
    private readonly long _start;

    /// <summary>Creates the grain; its services are the silo's.</summary>
    public BoardGrain(
        [PersistentState("board")] IPersistentState<BoardState> state,
        ITallyStore store,
        IOptions<BoardOptions> options,
        TimeProvider time,
        ILogger<BoardGrain> logger)
    {
        _state = state;
        _store = store;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _board = new BusyLaws(_options.Laws);
        _start = time.GetTimestamp();
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await SyncAsync(_state.State.LawIds);
        RegisterTimer(static (board, _) => board.SyncAsync(board._board.LawIds), _options.SyncInterval);
        RegisterTimer(static (board, _) => board.SaveAsync(), _options.SaveInterval);
    }

    /// <inheritdoc/>
    public Task<BoardView> GetAsync(int laws, CancellationToken cancellationToken = default) =>
        Task.FromResult(_board.View(laws, Now));

    /// <inheritdoc/>
    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        await handleFactory.Create<TalliesMoved>().ResumeAsync(this);

    /// <inheritdoc/>
    public Task OnNextAsync(TalliesMoved item, StreamSequenceToken? token = null)
    {
        _board.Moved(item, Now);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    private void RegisterTimer(Func<BoardGrain, CancellationToken, Task> tick, TimeSpan period) =>
        this.RegisterGrainTimer(
            tick,
            this,
            new GrainTimerCreationOptions { DueTime = period, Period = period, Interleave = true, KeepAlive = false });

    /// <summary>Reads the totals of some laws: events get lost, and operators set totals right.</summary>
    private async Task SyncAsync(List<string> lawIds)
    {
        if (lawIds.Count == 0)
        {
            return;
        }

        try
        {
            var laws = await _store.LoadAsync(lawIds, CancellationToken.None);
            foreach (var lawId in lawIds)
            {
                var totals = laws[lawId].Totals;
                _board.Synced(lawId, totals.Sum(static row => row.Total), totals.Sum(static row => row.Version));
            }
        }
        catch (StoreUnavailableException exception)
        {
            LogSyncFailed(exception.Message);
        }
    }

    private async Task SaveAsync()
    {
        var lawIds = _board.LawIds;
        if (lawIds.SequenceEqual(_state.State.LawIds, StringComparer.Ordinal))
        {
            return;
        }

        _state.State.LawIds = lawIds;
        try
        {
            await _state.WriteStateAsync().WaitAsync(SaveLimit, _time);
        }
        catch (InconsistentStateException)
        {
            // Another activation wrote: one of the two will not live long. The next save goes on from what there is now.
            await _state.ReadStateAsync();
        }
#pragma warning disable CA1031 // Whatever the storage could not do, it is tried again, and counting does not wait for it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _state.State.LawIds = [];
            LogSaveFailed(exception.Message);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Debug, Message = "The board could not read its laws' totals; it tries again later: {Reason}")]
    private partial void LogSyncFailed(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The board could not be saved; it is tried again later: {Reason}")]
    private partial void LogSaveFailed(string reason);
}
