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
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlBatch _batch;

    private LaneConnection(NpgsqlConnection connection)
    {
        _connection = connection;
        _batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { Command(TallySql.Count, withCastAt: true), Command(TallySql.FileDuplicates, false) },
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
        await using var register = new NpgsqlCommand(TallySql.RegisterLaws, _connection);
        register.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. lawIds],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        await register.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _batch.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static NpgsqlBatchCommand Command(string sql, bool withCastAt)
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
        if (withCastAt)
        {
            command.Parameters.Add(Array<DateTime>(NpgsqlDbType.TimestampTz));
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
        }
    }
}
