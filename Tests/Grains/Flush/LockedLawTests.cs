using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Store;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Grains.Flush;

/// <summary>A lane on a real PostgreSQL while somebody holds locks on totals that it has to move.</summary>
[NeedsServers]
public sealed class LockedLawTests(TestServers servers) : IAsyncLifetime
{
    private const int Laws = 20;
    private const string WaitingForLocks = """
        select count(*) from pg_locks
         where not granted and database = (select oid from pg_database where datname = current_database())
        """;

    private readonly FlushOptions _options = new()
    {
        Lanes = 1,
        EarlyInterval = TimeSpan.FromMilliseconds(1),
        GiveBackAfter = TimeSpan.FromMinutes(2),
    };

    private TestDatabase _database = null!;
    private NpgsqlDataSource _owner = null!;
    private PostgresTallyStore _store = null!;
    private TallyWriter _writer = null!;
    private int _voters;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Stop);
        _owner = NpgsqlDataSource.Create(_database.OwnerConnectionString);
        _store = new PostgresTallyStore(
            _database.ServiceConnectionString, lanes: 1, _options.CommandTimeout, lockTimeout: _options.LockTimeout);
        var metrics = new TallyMetrics(
            Options.Create(new LawTallyOptions()), TimeProvider.System, Metrics.NewCustomRegistry());
        var state = new StoreState(TimeProvider.System, NullLogger<StoreState>.Instance);
        _writer = new TallyWriter(
            Options.Create(_options), _store, state, metrics, TimeProvider.System, NullLogger<TallyWriter>.Instance);
        await Task.WhenAll(Enumerable.Range(0, Laws).Select(WriteAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _store.DisposeAsync();
        await _owner.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_law_whose_total_is_locked_waits_alone_and_is_counted_after_the_release()
    {
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        await using var analyst = await connection.BeginTransactionAsync(Stop);
        await ExecuteAsync(connection, "select from vote_results where law_id = 'law 3' for update");

        // Each round ends only when every other law of the lane has been counted once more.
        var locked = new List<Task<PendingOutcome>>();
        const int Rounds = 5;
        for (var round = 0; round < Rounds; round++)
        {
            locked.Add(WriteAsync(3));
            await Task.WhenAll(Enumerable.Range(0, Laws).Where(static law => law != 3).Select(WriteAsync));
        }

        Assert.All(locked, static write => Assert.False(write.IsCompleted));
        Assert.Equal((Laws - 1) * (Rounds + 1), await CountAsync("law_id <> 'law 3'"));
        Assert.Equal(1, await CountAsync("law_id = 'law 3'"));

        await analyst.RollbackAsync(Stop);
        Assert.All(
            await Task.WhenAll(locked),
            static outcome => Assert.Equal([VoteOutcome.Counted], outcome.Outcomes));
        Assert.Equal(1 + Rounds, await CountAsync("law_id = 'law 3'"));
    }

    [Fact]
    public async Task Everything_that_waits_for_a_locked_table_is_counted_after_the_release()
    {
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        await using var migration = await connection.BeginTransactionAsync(Stop);
        await ExecuteAsync(connection, "lock table vote_results in access exclusive mode");
        var writes = Enumerable.Range(0, Laws).Select(WriteAsync).ToList();

        await using (var watch = await _owner.OpenConnectionAsync(Stop))
        {
            // The lane waits for the lock now; what it does until the release takes as long as it takes.
            while (await ScalarAsync(watch, WaitingForLocks) == 0)
            {
                Stop.ThrowIfCancellationRequested();
            }
        }

        await migration.RollbackAsync(Stop);
        Assert.All(
            await Task.WhenAll(writes), static outcome => Assert.Equal([VoteOutcome.Counted], outcome.Outcomes));
        Assert.Equal(2 * Laws, await CountAsync("true"));
    }

    private Task<PendingOutcome> WriteAsync(int law)
    {
        var vote = VoteSamples.By(Interlocked.Increment(ref _voters));
        return _writer.WriteAsync($"law {law}", [vote], registerLaw: true, backlog: true);
    }

    private async Task<long> CountAsync(string which)
    {
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        var audit = await ScalarAsync(connection, $"select count(*) from vote_audit where {which}");
        Assert.Equal(
            audit, await ScalarAsync(connection, $"select sum(total)::bigint from vote_results where {which}"));
        return audit;
    }

    private static async Task<long> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
