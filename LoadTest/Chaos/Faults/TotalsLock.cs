using Npgsql;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>An exclusive lock on vote_results, as a careless migration would hold it. Owns its session.</summary>
internal sealed class TotalsLock(DrillCluster drill)
{
    private const string Waiting =
        "select count(*) from pg_locks where relation = 'vote_results'::regclass and not granted";

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private readonly SuperuserSql _sql = new(drill.Superuser);
    private NpgsqlConnection? _connection;
    private Repetition? _watch;

    /// <summary>The most sessions that were seen to wait for the lock at once.</summary>
    public long MostWaiting { get; private set; }

    /// <summary>Takes the lock.</summary>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        _connection = await _sql.OpenAsync(cancellationToken);
        await using var take = new NpgsqlCommand(
            "begin; lock table vote_results in access exclusive mode", _connection);
        await take.ExecuteNonQueryAsync(cancellationToken);
        _watch = new Repetition(LookAsync, drill.Stopping);
    }

    /// <summary>Lets go of it.</summary>
    public async Task ReleaseAsync()
    {
        if (_watch is not null)
            await _watch.StopAsync();
        // To end the session is to roll it back, and no error to be had where the server ended it before.
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private async Task<TimeSpan> LookAsync(CancellationToken cancellationToken)
    {
        MostWaiting = Math.Max(MostWaiting, await _sql.NumberAsync(Waiting, cancellationToken));
        return LookAgain;
    }
}
