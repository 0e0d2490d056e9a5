using Npgsql;
using Votes.Grains.Flush;
using Votes.Grains.Store;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;
using static Votes.Grains.Counting.VoteOutcome;

namespace Votes.Tests.Grains.Store;

/// <summary>What a flush says, and so what is acked, while the synchronous standby is away. On servers of its own.</summary>
[NeedsServers]
public sealed class SynchronousStandbyTests : IAsyncLifetime
{
    // How long a write waits for its commit before the driver gives up: the outcome is unknown then.
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(1);

    private readonly LocalFolder _primaryFolder = LocalFolder.ForTests("primary");
    private readonly LocalFolder _standbyFolder = LocalFolder.ForTests("standby");
    private PostgresServer _primary = null!;
    private PostgresServer _standby = null!;
    private TestDatabase _database = null!;
    private PostgresTallyStore _store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _primary = TestServers.NewPostgres(_primaryFolder);
        await _primary.StartAsync(Stop);
        _database = await TestDatabase.MigrateAsync(_primary, "votes", Stop);
        _standby = TestServers.NewPostgres(_standbyFolder, standbyOf: _primary);
        await _standby.StartAsync(Stop);
        await ExecuteAsync("alter system set synchronous_standby_names = '*'");
        await ExecuteAsync("select pg_reload_conf()");
        Assert.True(await Poll.UntilAsync(
            async _ => await CountAsync("select count(*) from pg_stat_replication where sync_state = 'sync'") == 1,
            TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(10), Stop));
        _store = new PostgresTallyStore(_database.SiloConnectionString, lanes: 1, CommandTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await _standby.KillAsync(CancellationToken.None);
        await _primary.KillAsync(CancellationToken.None);
        await _standbyFolder.KillAndDeleteAsync(CancellationToken.None);
        await _primaryFolder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_redelivered_vote_is_not_settled_before_its_row_is_on_the_standby_and_a_failover_keeps_it()
    {
        var (known, lost) = (Rows(1), Rows(2));
        Assert.Equal([Counted], (await _store.WriteAsync(0, known, Stop)).Outcomes);
        Assert.True(_standby.Pause());

        // The commit waits for the standby until it is cancelled, and then its row can be seen here and nowhere else.
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.WriteAsync(0, lost, Stop));
        while (await CountAsync("select count(*) from vote_audit") < 2)
        {
            Stop.ThrowIfCancellationRequested();
        }

        // Nothing but redelivered votes, however often they come: none of them may be acked now.
        for (var delivery = 0; delivery < 3; delivery++)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.WriteAsync(0, lost, Stop));
        }

        _standby.Resume();
        Assert.Equal([Redelivered], (await WriteUntilDoneAsync(lost)).Outcomes);

        await _primary.KillAsync(Stop);
        await _standby.PromoteAsync(Stop);
        await using var promoted = NpgsqlDataSource.Create(
            _standby.ConnectionString("votes_owner", TestDatabase.RolePassword, "votes"));
        await using var count = promoted.CreateCommand("select count(*) from vote_audit");
        Assert.Equal(2L, await count.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task A_commit_whose_wait_for_the_standby_is_cancelled_is_no_success()
    {
        await using var patient = new PostgresTallyStore(
            _database.SiloConnectionString, lanes: 1, TimeSpan.FromMinutes(5));
        await patient.WriteAsync(0, Rows(1), Stop);
        Assert.True(_standby.Pause());
        var write = patient.WriteAsync(0, Rows(2), Stop);
        const string Cancel = """
            select count(pg_cancel_backend(pid)) from pg_stat_activity
             where application_name = 'votes-flush' and wait_event = 'SyncRep'
            """;
        while (await CountAsync(Cancel) == 0)
        {
            Stop.ThrowIfCancellationRequested();
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        _standby.Resume();
    }

    private static FlushRows Rows(int voter)
    {
        var rows = new FlushRows();
        rows.Add("law", VoteSamples.By(voter));
        return rows;
    }

    private async Task<FlushResult> WriteUntilDoneAsync(FlushRows rows)
    {
        while (true)
        {
            try
            {
                return await _store.WriteAsync(0, rows, Stop);
            }
            catch (StoreUnavailableException)
            {
                // The standby is not back yet.
            }
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_primary.SuperuserConnectionString("votes"));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_primary.SuperuserConnectionString("votes"));
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
