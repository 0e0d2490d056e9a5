using Npgsql;
using NpgsqlTypes;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;

namespace Votes.Grains.Store;

/// <summary>The tally store on PostgreSQL: a connection of its own for each lane, a pool for reads.</summary>
public sealed class PostgresTallyStore : ITallyStore, IAsyncDisposable
{
    private readonly NpgsqlDataSource _reads;
    private readonly NpgsqlDataSource _writes;
    private readonly LaneConnection[] _lanes;

    /// <summary>Creates the store; connections are opened when they are first used.</summary>
    /// <param name="connectionString">Connection string of the application role.</param>
    /// <param name="lanes">How many writes may run side by side, 1 or more.</param>
    /// <param name="commandTimeout">How long a statement may take.</param>
    public PostgresTallyStore(string connectionString, int lanes, TimeSpan commandTimeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        var seconds = (int)Math.Ceiling(commandTimeout.TotalSeconds);
        _reads = Source(connectionString, "votes-reads", seconds, "");

        // The flush looks keys up one by one whatever the statistics say: a plan made while the audit was small must not
        // scan it once it is large. synchronous_commit stays on, whatever the role's default: an ack follows the commit.
        _writes = Source(
            connectionString,
            "votes-flush",
            seconds,
            "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c synchronous_commit=on",
            lanes);
        _lanes = [.. Enumerable.Range(0, lanes).Select(_ => new LaneConnection(_writes, commandTimeout))];
    }

    /// <inheritdoc/>
    public async Task<FlushResult> WriteAsync(
        int lane, FlushRows rows, IReadOnlyCollection<string> newLaws, CancellationToken cancellationToken)
    {
        try
        {
            return await _lanes[lane].WriteAsync(rows, newLaws, cancellationToken);
        }
        catch (PostgresException refused) when (PostgresErrors.IsRowsFault(refused.SqlState))
        {
            throw new RowsRefusedException(refused.SqlState, refused);
        }
        catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
        {
            // Idle connections too: a server that was demoted or is going down would be met again by the next attempt.
            _writes.Clear();
            throw new StoreUnavailableException(PostgresErrors.TypeOf(exception), exception);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, LawSnapshot>> LoadAsync(
        IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        var laws = new Dictionary<string, (Law Law, List<ChoiceTotal> Totals)>(lawIds.Count, StringComparer.Ordinal);
        await ReadAsync(TallySql.Load, TextArray(lawIds), Add, cancellationToken);
        return laws.ToDictionary(
            static row => row.Key,
            static row => new LawSnapshot(row.Value.Law, row.Value.Totals),
            StringComparer.Ordinal);

        void Add(NpgsqlDataReader reader)
        {
            var lawId = reader.GetString(0);
            if (!laws.TryGetValue(lawId, out var entry))
            {
                entry = (reader.IsDBNull(1) ? Law.Unregistered(lawId) : ReadLaw(reader), []);
                laws.Add(lawId, entry);
            }

            if (!reader.IsDBNull(5))
            {
                entry.Totals.Add(new ChoiceTotal(reader.GetString(5), reader.GetInt64(6), reader.GetInt64(7)));
            }
        }
    }

    /// <inheritdoc/>
    public async Task<ChangedLaws> LoadChangedLawsAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var laws = new List<Law>();
        var asOf = since;
        var parameter = new NpgsqlParameter<DateTime> { TypedValue = since.UtcDateTime };
        await ReadAsync(TallySql.ChangedLaws, parameter, Add, cancellationToken);
        return new ChangedLaws(laws, asOf);

        void Add(NpgsqlDataReader reader)
        {
            asOf = reader.GetFieldValue<DateTimeOffset>(5);
            if (!reader.IsDBNull(0))
            {
                laws.Add(ReadLaw(reader));
            }
        }
    }

    /// <summary>Closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
        {
            await lane.DisposeAsync();
        }

        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private async Task ReadAsync(
        string sql, NpgsqlParameter parameter, Action<NpgsqlDataReader> add, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = _reads.CreateCommand(sql);
            command.Parameters.Add(parameter);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                add(reader);
            }
        }
        catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
        {
            throw new StoreUnavailableException(PostgresErrors.TypeOf(exception), exception);
        }
    }

    private static Law ReadLaw(NpgsqlDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1) == "closed" ? LawStatus.Closed : LawStatus.Open,
        reader.IsDBNull(2) ? Law.DefaultChoices : reader.GetFieldValue<string[]>(2),
        reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3),
        reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4));

    private static NpgsqlParameter<string[]> TextArray(IReadOnlyCollection<string> values) =>
        new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlDataSource Source(
        string connectionString, string name, int timeoutSeconds, string settings, int? connections = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = name,
            CommandTimeout = timeoutSeconds,
            Enlist = false,
            NoResetOnClose = true,
            KeepAlive = 30,
        };
        if (connections is { } wanted)
        {
            // Each lane has its own for good: a smaller pool would starve one of them.
            builder.MaxPoolSize = wanted;
            builder.MinPoolSize = 0;
        }

        builder.Options = $"{builder.Options} {settings}".Trim();
        return new NpgsqlSlimDataSourceBuilder(builder.ConnectionString).EnableArrays().Build();
    }
}
