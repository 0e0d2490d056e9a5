using Npgsql;
using NpgsqlTypes;
using Votes.Grains.Counting;
using Votes.Grains.Flush;

namespace Votes.Grains.Store;

/// <summary>
/// One database connection that writes flushes, one at a time, with its statement prepared. To be disposed of after
/// any error, because nothing is known of its state then. Owned by whoever is using it.
/// </summary>
internal sealed class LaneConnection : IAsyncDisposable
{
    // Where the server says that a commit did not wait for the synchronous standby to the end. Its routines' names are the
    // same in every language and version.
    private const string WaitForStandby = "SyncRepWaitForLSN";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _count;
    private bool _isUnreplicated;

    private LaneConnection(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notice += (_, notice) => _isUnreplicated |= notice.Notice.Routine == WaitForStandby;
        _count = new NpgsqlCommand(TallySql.Count, connection)
        {
            Parameters =
            {
                Array<string>(NpgsqlDbType.Text),
                Array<Guid>(NpgsqlDbType.Uuid),
                Array<Guid>(NpgsqlDbType.Uuid),
                Array<string>(NpgsqlDbType.Text),
                Array<DateTime>(NpgsqlDbType.TimestampTz),
            },
        };
    }

    /// <summary>Connects and prepares.</summary>
    public static async Task<LaneConnection> OpenAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var lane = new LaneConnection(await dataSource.OpenConnectionAsync(cancellationToken));
        try
        {
            await lane._count.PrepareAsync(cancellationToken);
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
        Bind(_count.Parameters, rows);

        // No BeginTransaction: the server wraps the statement in an implicit transaction, so that it and the commit cost one
        // round trip.
        await using var reader = await _count.ExecuteReaderAsync(cancellationToken);
        var result = await FlushResultReader.ReadAsync(reader, rows, cancellationToken);
        if (_isUnreplicated)
        {
            // Somebody cancelled the wait (pg_cancel_backend), and the server answers with success and a warning. The same
            // votes come out as redelivered, and wait for the standby in their turn.
            throw new NpgsqlException("The commit was cancelled while it waited for the synchronous standby.");
        }

        if (result.Outcomes.AsSpan().Contains(VoteOutcome.Closed))
        {
            await KeepLateAsync(rows, result.Outcomes, cancellationToken);
        }

        return result;
    }

    /// <summary>Registers laws.</summary>
    public async Task RegisterAsync(IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        await using var register = OfLaws(TallySql.RegisterLaws, lawIds);
        await register.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The laws that a statement names of those that it is given.</summary>
    /// <param name="sql">The statement; its one parameter are law ids.</param>
    /// <param name="lawIds">The laws.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<IReadOnlyCollection<string>> FindAsync(
        string sql, IReadOnlyCollection<string> lawIds, CancellationToken cancellationToken)
    {
        await using var find = OfLaws(sql, lawIds);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        var found = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _count.DisposeAsync();
        await _connection.DisposeAsync();
    }

    /// <summary>
    /// Puts the rejected votes on closed laws on record. Behind the commit: what fails here lets the flush fail, and
    /// the votes come again to the same outcome; and before the answer, so that no message is acked whose vote is not
    /// on record.
    /// </summary>
    private async Task KeepLateAsync(FlushRows rows, VoteOutcome[] outcomes, CancellationToken cancellationToken)
    {
        await using var keep = new NpgsqlCommand(TallySql.KeepLate, _connection)
        {
            Parameters = { Array<string>(NpgsqlDbType.Text), Array<Guid>(NpgsqlDbType.Uuid), Array<Guid>(NpgsqlDbType.Uuid) },
        };
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == VoteOutcome.Closed)
            {
                ((NpgsqlParameter<List<string>>)keep.Parameters[0]).TypedValue!.Add(rows.LawIds[i]);
                ((NpgsqlParameter<List<Guid>>)keep.Parameters[1]).TypedValue!.Add(rows.Voters[i]);
                ((NpgsqlParameter<List<Guid>>)keep.Parameters[2]).TypedValue!.Add(rows.VoteIds[i]);
            }
        }

        await keep.ExecuteNonQueryAsync(cancellationToken);
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

    private static NpgsqlParameter<List<T>> Array<T>(NpgsqlDbType element) =>
        new() { TypedValue = [], NpgsqlDbType = NpgsqlDbType.Array | element };

    private static void Bind(NpgsqlParameterCollection parameters, FlushRows rows)
    {
        ((NpgsqlParameter<List<string>>)parameters[0]).TypedValue = rows.LawIds;
        ((NpgsqlParameter<List<Guid>>)parameters[1]).TypedValue = rows.Voters;
        ((NpgsqlParameter<List<Guid>>)parameters[2]).TypedValue = rows.VoteIds;
        ((NpgsqlParameter<List<string>>)parameters[3]).TypedValue = rows.Choices;
        ((NpgsqlParameter<List<DateTime>>)parameters[4]).TypedValue = rows.CastAt;
    }
}
