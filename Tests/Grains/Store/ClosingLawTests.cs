using Npgsql;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Store;
using Votes.Tests.Servers;
using Xunit;
using static Votes.Grains.Counting.VoteOutcome;

namespace Votes.Tests.Grains.Store;

/// <summary>Closing a law against counting votes on it, on a real PostgreSQL.</summary>
[NeedsServers]
public sealed class ClosingLawTests(TestServers servers) : IAsyncLifetime
{
    private const int Lanes = 4;
    private const string Close = "UPDATE laws SET status = 'closed' WHERE law_id = 'law-2026-001'";
    private const string Waiting = """
        SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE NOT granted AND datname = current_database()
        """;

    private const string Difference = "SELECT count(*) FROM vote_ledger WHERE difference <> 0";

    private TestDatabase _database = null!;
    private NpgsqlDataSource _owner = null!;
    private PostgresTallyStore _store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Stop);
        _owner = NpgsqlDataSource.Create(_database.OwnerConnectionString);
        _store = new PostgresTallyStore(_database.SiloConnectionString, Lanes, TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _owner.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Once_a_law_is_closed_its_total_never_moves_again()
    {
        const string total = "SELECT coalesce(sum(total), 0)::bigint FROM vote_results WHERE law_id = 'law-2026-001'";
        var closed = new TaskCompletionSource();
        var writers = Enumerable.Range(0, Lanes).Select(async lane =>
        {
            // Each lane flushes without a pause, and a few times more after the law was closed.
            var (flushes, after) = (0, 0);
            while (after < 3)
            {
                var rows = new FlushRows();
                for (var vote = 0; vote < 50; vote++)
                {
                    var law = vote % 2 == 0 ? "law-2026-001" : "law-2026-002";
                    rows.Add(law, VoteSamples.By((((flushes * Lanes) + lane) * 50) + vote));
                }

                var result = await WriteAsync(lane, rows);
                flushes++;
                after += closed.Task.IsCompleted ? 1 : 0;
                Assert.Equal(25, result.Outcomes.Where((outcome, i) => i % 2 == 1 && outcome == Counted).Count());
            }
        }).ToList();
        while (await ScalarAsync<long>(total) < 500)
        {
            Stop.ThrowIfCancellationRequested();
        }

        await ExecuteAsync(Close);
        var final = await ScalarAsync<long>(total);
        closed.SetResult();
        await Task.WhenAll(writers);

        Assert.Equal(final, await ScalarAsync<long>(total));
        Assert.True(await ScalarAsync<long>(total.Replace("001", "002", StringComparison.Ordinal)) > final);
        Assert.Equal(0, await ScalarAsync<long>(Difference));
    }

    [Theory]
    [InlineData("SELECT hold_laws(ARRAY['law-2026-001'])")]
    [InlineData("SELECT status FROM laws WHERE law_id = 'law-2026-001' FOR SHARE")] // A silo of release 1.0 does this.
    public async Task Closing_waits_for_the_flush_that_holds_the_law(string hold)
    {
        await using var flush = await _owner.OpenConnectionAsync(Stop);
        await using var transaction = await flush.BeginTransactionAsync(Stop);
        await ExecuteAsync(flush, hold);
        var closing = ExecuteAsync(Close);
        await WaitForWaitersAsync(1);

        Assert.False(closing.IsCompleted);
        await transaction.CommitAsync(Stop);
        await closing;
        Assert.Equal([Closed], (await WriteAsync(0, "law-2026-001", VoteSamples.By(1))).Outcomes);
    }

    [Theory]
    [InlineData("read committed")]
    [InlineData("repeatable read")]
    [InlineData("serializable")]
    public async Task A_flush_does_not_overtake_whoever_waits_to_close_the_law_and_sees_it_closed(string isolation)
    {
        await using (var store = _store)
        {
            await ExecuteAsync($"ALTER DATABASE {_database.Name} SET default_transaction_isolation = '{isolation}'");
            _store = new PostgresTallyStore(_database.SiloConnectionString, Lanes, TimeSpan.FromSeconds(30));
        }

        await using var first = await _owner.OpenConnectionAsync(Stop);
        await using var transaction = await first.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, Stop);
        await ExecuteAsync(first, "SELECT hold_laws(ARRAY['law-2026-001'])");
        var closing = ExecuteAsync(Close);
        await WaitForWaitersAsync(1);
        var second = WriteAsync(0, "law-2026-001", VoteSamples.By(1));
        await WaitForWaitersAsync(2);

        await transaction.CommitAsync(Stop);
        await closing;
        Assert.Equal([Closed], (await second).Outcomes);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM vote_audit"));
    }

    [Theory]
    [InlineData("DELETE FROM laws WHERE law_id = 'law-2026-001'")]
    [InlineData("UPDATE laws SET law_id = 'law-2026-001x' WHERE law_id = 'law-2026-001'")]
    [InlineData("INSERT INTO laws (law_id, status) VALUES ('a new law', 'closed')")]
    public async Task Whatever_else_changes_whether_a_law_is_open_waits_for_the_flush_that_holds_it(string change)
    {
        await using var flush = await _owner.OpenConnectionAsync(Stop);
        await using var transaction = await flush.BeginTransactionAsync(Stop);
        await ExecuteAsync(flush, "SELECT hold_laws(ARRAY['law-2026-001', 'a new law'])");
        var changing = ExecuteAsync(change);
        await WaitForWaitersAsync(1);

        await transaction.CommitAsync(Stop);
        await changing;
    }

    [Fact]
    public async Task A_title_or_a_window_is_changed_while_a_flush_holds_the_law()
    {
        await using var flush = await _owner.OpenConnectionAsync(Stop);
        await using var transaction = await flush.BeginTransactionAsync(Stop);
        await ExecuteAsync(flush, "SELECT hold_laws(ARRAY['law-2026-001'])");
        await ExecuteAsync("UPDATE laws SET title = 'x', closes_at = now() WHERE law_id = 'law-2026-001'");
        await ExecuteAsync("UPDATE laws SET status = status WHERE law_id = 'law-2026-001'");
    }

    [Theory]
    [InlineData("UPDATE laws SET status = 'open' WHERE law_id = 'law-2026-001'")]
    [InlineData("UPDATE laws SET law_id = 'law-2026-001x' WHERE law_id = 'law-2026-001'")]
    [InlineData("DELETE FROM laws WHERE law_id = 'law-2026-001'")]
    public async Task The_application_cannot_open_a_closed_law_again_and_the_owner_can(string reopen)
    {
        await ExecuteAsync(Close);
        await using var service = new NpgsqlConnection(_database.SiloConnectionString);
        await service.OpenAsync(Stop);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(service, reopen));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        await ExecuteAsync(service, "UPDATE laws SET title = 'x', status = 'closed' WHERE law_id = 'law-2026-001'");
        await ExecuteAsync(reopen);
    }

    [Fact]
    public async Task Laws_are_not_held_in_a_transaction_whose_statements_share_a_snapshot()
    {
        await using var flush = await _owner.OpenConnectionAsync(Stop);
        await using var transaction = await flush.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Stop);

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => ExecuteAsync(flush, "SELECT hold_laws(ARRAY['law-2026-001'])"));
        Assert.Equal(PostgresErrorCodes.InvalidTransactionState, refused.SqlState);
    }

    private async Task WaitForWaitersAsync(int waiters)
    {
        while (await ScalarAsync<long>(Waiting) < waiters)
        {
            Stop.ThrowIfCancellationRequested();
        }
    }

    private Task<FlushResult> WriteAsync(int lane, string lawId, CastVote vote)
    {
        var rows = new FlushRows();
        rows.Add(lawId, in vote);
        return WriteAsync(lane, rows);
    }

    /// <summary>As a lane does: tries again where the database chose this transaction as the victim of a deadlock.</summary>
    private async Task<FlushResult> WriteAsync(int lane, FlushRows rows)
    {
        while (true)
        {
            try
            {
                return await _store.WriteAsync(lane, rows, Stop);
            }
            catch (StoreUnavailableException exception) when (exception.ErrorType == PostgresErrorCodes.DeadlockDetected)
            {
                // The next attempt finds the other transaction done.
            }
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        await ExecuteAsync(connection, sql);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Stop))!;
    }
}
