using Npgsql;
using NpgsqlTypes;
using Votes.Grains.Flush;

namespace Votes.Grains.Store;

/// <summary>
/// One database connection that writes flushes, one at a time, with its two statements prepared. Opened on first use;
/// thrown away after any error, because nothing is known of its state then. Owned by its lane.
/// </summary>
internal sealed class LaneConnection(NpgsqlDataSource dataSource, TimeSpan commandTimeout) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;
    private NpgsqlBatch? _batch;

    /// <summary>Registers <paramref name="newLaws"/>, then writes <paramref name="rows"/> in one transaction.</summary>
    public async Task<FlushResult> WriteAsync(
        FlushRows rows, IReadOnlyCollection<string> newLaws, CancellationToken cancellationToken)
    {
        try
        {
            var batch = await OpenAsync(cancellationToken);
            if (newLaws.Count > 0)
            {
                await RegisterAsync(newLaws, cancellationToken);
            }

            Bind(batch.BatchCommands[0], rows);
            Bind(batch.BatchCommands[1], rows);

            // No BeginTransaction: the server wraps a pipelined batch in one implicit transaction, so that both
            // statements and the commit cost one round trip.
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            return await FlushResultReader.ReadAsync(reader, rows, cancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        var (connection, batch) = (_connection, _batch);
        (_connection, _batch) = (null, null);
        if (batch is not null)
        {
            await batch.DisposeAsync();
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    private async ValueTask<NpgsqlBatch> OpenAsync(CancellationToken cancellationToken)
    {
        if (_batch is not null)
        {
            return _batch;
        }

        _connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var batch = new NpgsqlBatch(_connection)
        {
            Timeout = (int)Math.Ceiling(commandTimeout.TotalSeconds),
            BatchCommands = { Command(TallySql.Count, withCastAt: true), Command(TallySql.FileDuplicates, false) },
        };
        await batch.PrepareAsync(cancellationToken);
        return _batch = batch;
    }

    private async Task RegisterAsync(IReadOnlyCollection<string> newLaws, CancellationToken cancellationToken)
    {
        await using var register = new NpgsqlCommand(TallySql.RegisterLaws, _connection);
        register.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. newLaws],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        await register.ExecuteNonQueryAsync(cancellationToken);
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
