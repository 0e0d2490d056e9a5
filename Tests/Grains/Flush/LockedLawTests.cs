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

/// <summary>A lane on a real PostgreSQL while another transaction holds locks that it needs.</summary>
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
            _database.SiloConnectionString, lanes: 1, _options.CommandTimeout, lockTimeout: _options.LockTimeout);
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

    [Theory]
    [InlineData("update laws set title = 'x' where law_id = 'law 3'")]
    [InlineData("update laws set closes_at = now() + interval '1 day' where law_id = 'law 3'")]
    [InlineData("select from laws where law_id = 'law 3' for update")]
    public async Task A_forgotten_edit_of_a_law_holds_up_no_law(string edit)
    {
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        await using var forgotten = await connection.BeginTransactionAsync(Stop);
        await ExecuteAsync(connection, edit);

        await Task.WhenAll(Enumerable.Range(0, Laws).Select(WriteAsync));
        Assert.Equal(2 * Laws, await CountAsync("true"));
    }

    [Theory]
    [InlineData("update laws set status = 'closed' where law_id = 'law 3'")]
    [InlineData("delete from laws where law_id = 'law 3'")]
    public async Task A_forgotten_change_of_a_laws_status_holds_up_the_laws_of_its_lock_alone(string change)
    {
        const int Rounds = 3;
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        var held = new HashSet<int>();
        for (var law = 0; law < Laws; law++)
        {
            if (await ScalarAsync(
                connection, $"select (law_bucket('law {law}') = law_bucket('law 3'))::int::bigint") == 1)
            {
                held.Add(law);
            }
        }

        await using var forgotten = await connection.BeginTransactionAsync(Stop);
        await ExecuteAsync(connection, change);
        var waiting = new List<Task<PendingOutcome>>();
        for (var round = 0; round < Rounds; round++)
        {
            waiting.AddRange(held.Select(WriteAsync));
            await Task.WhenAll(Enumerable.Range(0, Laws).Where(law => !held.Contains(law)).Select(WriteAsync));
        }

        Assert.All(waiting, static write => Assert.False(write.IsCompleted));
        Assert.Equal(Laws + ((Laws - held.Count) * Rounds), await CountAsync("true"));

        await forgotten.RollbackAsync(Stop);
        Assert.All(
            await Task.WhenAll(waiting), static outcome => Assert.Equal([VoteOutcome.Counted], outcome.Outcomes));
        Assert.Equal(Laws * (Rounds + 1), await CountAsync("true"));
    }

    [Fact]
    public async Task A_law_that_is_registered_in_a_forgotten_transaction_waits_alone()
    {
        const int New = Laws, OtherNew = Laws + 1;
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        await using var forgotten = await connection.BeginTransactionAsync(Stop);
        await ExecuteAsync(connection, $"insert into laws (law_id) values ('law {New}')");

        var waiting = WriteAsync(New);
        await Task.WhenAll(Enumerable.Range(0, Laws).Append(OtherNew).Select(WriteAsync));
        Assert.False(waiting.IsCompleted);
        Assert.Equal((2 * Laws) + 1, await CountAsync("true"));

        await forgotten.RollbackAsync(Stop);
        Assert.Equal([VoteOutcome.Counted], (await waiting).Outcomes);
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
