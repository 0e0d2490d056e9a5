using Npgsql;
using Votes.Grains.Flush;
using Votes.Grains.Laws;

namespace Votes.Grains.Store;

/// <summary>
/// The tally store on PostgreSQL: a connection of its own for each lane, a pool for reads. Every call ends in time, whatever
/// the server and the network do.
/// </summary>
public sealed class PostgresTallyStore : ITallyStore, IAsyncDisposable
{
    // What the server's own limit on a statement is given before a call counts as unanswered.
    private static readonly TimeSpan AnswerMargin = TimeSpan.FromSeconds(1);

    // How a call on a lane's connection stands.
    private const int Open = 0;
    private const int EndedWell = 1;
    private const int GivenUp = 2;

    private readonly LawReads _reads;
    private readonly NpgsqlDataSource _writes;
    private readonly LaneConnection?[] _lanes;
    private readonly TimeSpan _writeLimit;

    /// <summary>Creates the store; connections are opened when they are first used.</summary>
    /// <param name="connectionString">Connection string of the application role.</param>
    /// <param name="lanes">How many writes may run side by side, 1 or more.</param>
    /// <param name="commandTimeout">How long a statement of a write may take.</param>
    /// <param name="readTimeout">How long a read may take; null: as long as a statement of a write.</param>
    /// <param name="lockTimeout">How long a write waits for a lock; null: as long as a statement may take.</param>
    public PostgresTallyStore(
        string connectionString,
        int lanes,
        TimeSpan commandTimeout,
        TimeSpan? readTimeout = null,
        TimeSpan? lockTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        _writeLimit = commandTimeout + AnswerMargin;
        _reads = new LawReads(connectionString, readTimeout ?? commandTimeout, AnswerMargin);

        var lockMilliseconds = (long)(lockTimeout ?? TimeSpan.Zero).TotalMilliseconds;
        var writes = PostgresSource.Bounded(
            connectionString,
            "votes-flush",
            commandTimeout,
            FormattableString.Invariant($"{PostgresSource.FlushSettings} -c lock_timeout={lockMilliseconds}"));

        // No pool: each lane keeps its own, and one that was given up must not count against the others.
        writes.Pooling = false;
        _writes = Build(writes);
        _lanes = new LaneConnection?[lanes];
    }

    /// <inheritdoc/>
    public Task<FlushResult> WriteAsync(int lane, FlushRows rows, CancellationToken cancellationToken) =>
        OnLaneAsync(lane, (connection, token) => WriteAsync(connection, rows, token), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<string>> FindLockedAsync(
        int lane, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken) =>
        FindAsync(lane, TallySql.FindLocked, lawIds, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<string>> FindChangingStatusAsync(
        int lane, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken) =>
        FindAsync(lane, TallySql.FindChangingStatus, lawIds, cancellationToken);

    /// <inheritdoc/>
    public Task RegisterAsync(int lane, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken) =>
        OnLaneAsync(
            lane,
            async (connection, token) =>
            {
                await RegisterAsync(connection, lawIds, token);
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, LawSnapshot>> LoadAsync(
        IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken) =>
        _reads.LoadAsync(lawIds, cancellationToken);

    /// <inheritdoc/>
    public Task<ChangedLaws> LoadChangedLawsAsync(
        LawsAsOf? since, Func<IReadOnlyCollection<string>> known, CancellationToken cancellationToken) =>
        _reads.LoadChangedLawsAsync(since, known, cancellationToken);

    /// <summary>Closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
        {
            if (lane is not null)
            {
                await lane.DisposeAsync();
            }
        }

        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private Task<IReadOnlyCollection<string>> FindAsync(
        int lane, string sql, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken) =>
        OnLaneAsync(lane, (connection, token) => connection.FindAsync(sql, lawIds, token), cancellationToken);

    private static async Task<FlushResult> WriteAsync(
        LaneConnection connection, FlushRows rows, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.WriteAsync(rows, cancellationToken);
        }
        catch (PostgresException waited) when (PostgresErrors.IsLocked(waited.SqlState))
        {
            throw await LockedAsync(connection, TallySql.FindLocked, rows.DistinctLawIds(), waited, cancellationToken);
        }
    }

    private static async Task RegisterAsync(
        LaneConnection connection, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        try
        {
            await connection.RegisterAsync(lawIds, cancellationToken);
        }
        catch (PostgresException waited) when (PostgresErrors.IsLocked(waited.SqlState))
        {
            throw await LockedAsync(connection, TallySql.FindBeingRegistered, lawIds, waited, cancellationToken);
        }
    }

    /// <summary>
    /// Finds out whose lock was waited for: the server does not say. It costs one statement that waits for no row; a lock on
    /// a whole table makes it fail as well, and then it is no law's.
    /// </summary>
    private static async Task<Exception> LockedAsync(
        LaneConnection connection,
        string find,
        IReadOnlyCollection<string> lawIds,
        PostgresException waited,
        CancellationToken cancellationToken)
    {
        var locked = await connection.FindAsync(find, lawIds, cancellationToken);
        return locked.Count == 0 ? waited : new LawsLockedException(locked, waited);
    }

    private async Task<T> OnLaneAsync<T>(
        int lane, Func<LaneConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        // Taken out of its place while it is used: a call that is given up keeps its connection and ends it by itself.
        var connection = _lanes[lane];
        _lanes[lane] = null;
        var end = Open;
        try
        {
            var result = await BoundedCall.RunAsync(UseAsync, _writeLimit, cancellationToken);
            _lanes[lane] = connection;
            return result;
        }
        catch (PostgresException refused) when (PostgresErrors.IsRowsFault(refused.SqlState))
        {
            // The server said no and rolled back; the connection is as good as before, and halving needs it often.
            _lanes[lane] = connection;
            throw new RowsRefusedException(refused.SqlState, refused);
        }
        catch (LawsLockedException)
        {
            _lanes[lane] = connection;
            throw;
        }
        catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
        {
            GiveUp();
            throw new StoreUnavailableException(PostgresErrors.TypeOf(exception), exception);
        }
        catch
        {
            GiveUp();
            throw;
        }

        // Whoever comes second, the call that ends well or the one who waits no more, sees to the connection.
        void GiveUp()
        {
            if (Interlocked.CompareExchange(ref end, GivenUp, Open) == EndedWell)
            {
                _lanes[lane] = connection;
            }
        }

        async Task<T> UseAsync(CancellationToken token)
        {
            var used = connection ??= await OpenAsync(token);
            try
            {
                var result = await use(used, token);
                await EndWellAsync(used);
                return result;
            }
            catch (Exception refused) when (refused is LawsLockedException
                || (refused is PostgresException server && PostgresErrors.IsRowsFault(server.SqlState)))
            {
                await EndWellAsync(used);
                throw;
            }
            catch
            {
                await used.DisposeAsync();
                throw;
            }
        }

        async ValueTask EndWellAsync(LaneConnection used)
        {
            if (Interlocked.CompareExchange(ref end, EndedWell, Open) == GivenUp)
            {
                await used.DisposeAsync();
            }
        }
    }

    /// <summary>Opens a lane's connection. What the server refuses there is no row's fault, whatever it calls it.</summary>
    private async Task<LaneConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await LaneConnection.OpenAsync(_writes, cancellationToken);
        }
        catch (PostgresException refused) when (PostgresErrors.IsRowsFault(refused.SqlState))
        {
            throw new StoreUnavailableException(refused.SqlState, refused);
        }
    }

    internal static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).EnableArrays().EnableTransportSecurity().Build();
}
