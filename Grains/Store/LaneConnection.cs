using Npgsql;
using NpgsqlTypes;
using Votes.Grains.Flush;

namespace Votes.Grains.Store;

/// <summary>
/// One database connection that writes flushes, one at a time, with its two statements prepared. To be disposed of after
/// any error, because nothing is known of its state then. Owned by whoever is using it.
/// </summary>
internal sealed class LaneConnection : IAsyncDisposable
{
    /// <summary>
    /// The laws of $1 that have a total which somebody else holds a lock on. What is free is locked for the statement's own
    /// time; a CTE that locks rows is evaluated once and whole.
    /// </summary>
    private const string FindLocked = """
        WITH free AS (
          SELECT law_id, choice FROM vote_results WHERE law_id = ANY ($1) FOR NO KEY UPDATE SKIP LOCKED)
        SELECT DISTINCT r.law_id
          FROM vote_results r LEFT JOIN free f ON f.law_id = r.law_id AND f.choice = r.choice
         WHERE r.law_id = ANY ($1) AND f.law_id IS NULL
        """;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlBatch _batch;

    private LaneConnection(NpgsqlConnection connection)
    {
        _connection = connection;
        _batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { Command(TallySql.Count, forCount: true), Command(TallySql.FileDuplicates, false) },
        };
    }

    /// <summary>Connects and prepares.</summary>
    public static async Task<LaneConnection> OpenAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var lane = new LaneConnection(await dataSource.OpenConnectionAsync(cancellationToken));
        try
        {
            await lane._batch.PrepareAsync(cancellationToken);
            return lane;
        }
        catch
        {
            await lane.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes <paramref name="rows"/> in one transaction.</summary>
    public async Task<FlushResult> WriteAsync(FlushRows rows, CancellationToken cancellationToken)
    {
        Bind(_batch.BatchCommands[0], rows);
        Bind(_batch.BatchCommands[1], rows);

        // No BeginTransaction: the server wraps a pipelined batch in one implicit transaction, so that both statements and
        // the commit cost one round trip.
        await using var reader = await _batch.ExecuteReaderAsync(cancellationToken);
        return await FlushResultReader.ReadAsync(reader, rows, cancellationToken);
    }

    /// <summary>Registers laws.</summary>
    public async Task RegisterAsync(IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        await using var register = OfLaws(TallySql.RegisterLaws, lawIds);
        await register.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Those of the laws that have totals which somebody else holds locks on; does not wait for them.</summary>
    public async Task<IReadOnlyCollection<string>> FindLockedAsync(
        IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        await using var find = OfLaws(FindLocked, lawIds);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        var locked = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            locked.Add(reader.GetString(0));
        }

        return locked;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _batch.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private NpgsqlCommand OfLaws(string sql, IReadOnlyCollection<string> lawIds) => new(sql, _connection)
    {
        Parameters =
        {
            new NpgsqlParameter<string[]>
            {
                TypedValue = [.. lawIds],
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            },
        },
    };

    private static NpgsqlBatchCommand Command(string sql, bool forCount)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                Array<string>(NpgsqlDbType.Text),
                Array<Guid>(NpgsqlDbType.Uuid),
                Array<Guid>(NpgsqlDbType.Uuid),
                Array<string>(NpgsqlDbType.Text),
            },
        };
        if (forCount)
        {
            command.Parameters.Add(Array<DateTime>(NpgsqlDbType.TimestampTz));
            command.Parameters.Add(Array<string>(NpgsqlDbType.Text));
        }

        return command;
    }

    private static NpgsqlParameter<List<T>> Array<T>(NpgsqlDbType element) =>
        new() { TypedValue = [], NpgsqlDbType = NpgsqlDbType.Array | element };

    private static void Bind(NpgsqlBatchCommand command, FlushRows rows)
    {
        ((NpgsqlParameter<List<string>>)command.Parameters[0]).TypedValue = rows.LawIds;
        ((NpgsqlParameter<List<Guid>>)command.Parameters[1]).TypedValue = rows.Voters;
        ((NpgsqlParameter<List<Guid>>)command.Parameters[2]).TypedValue = rows.VoteIds;
        ((NpgsqlParameter<List<string>>)command.Parameters[3]).TypedValue = rows.Choices;
        if (command.Parameters.Count > 4)
        {
            ((NpgsqlParameter<List<DateTime>>)command.Parameters[4]).TypedValue = rows.CastAt;
            ((NpgsqlParameter<List<string>>)command.Parameters[5]).TypedValue = rows.DistinctLawIds();
        }
    }
}
