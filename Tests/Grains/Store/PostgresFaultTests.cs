using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Store;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;
using static Votes.Grains.Counting.VoteOutcome;

namespace Votes.Tests.Grains.Store;

/// <summary>The tally store beside a server, or behind a network, that does not answer.</summary>
[NeedsServers]
public sealed class PostgresFaultTests(TestServers servers) : IAsyncLifetime
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(1);

    // Lies far above what a call may take, and far below for ever, which is what it guards against.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TestDatabase _database = null!;
    private NpgsqlDataSource _admin = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Stop);
        _admin = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_silent_network_is_given_up_and_the_next_connection_is_another(bool toServer, bool toClient)
    {
        var server = new NpgsqlConnectionStringBuilder(_database.SiloConnectionString);
        using var proxy = new BreakableProxy(server.Host!, server.Port);
        (server.Host, server.Port) = ("127.0.0.1", proxy.Port);
        await using var store = new PostgresTallyStore(server.ConnectionString, lanes: 1, CommandTimeout);
        var votes = VoteSamples.Of(3);
        Assert.Equal([Counted], (await WriteAsync(store, votes[..1])).Outcomes);
        await store.LoadAsync(["law"], Stop);

        proxy.Silence(toServer, toClient);
        await AssertUnavailableAsync(() => WriteAsync(store, votes[..2]));
        await AssertUnavailableAsync(() => store.LoadAsync(["law"], Stop));
        await AssertUnavailableAsync(() => WriteAsync(store, votes[..2]));
        proxy.Heal();

        // Whether the attempts that were given up have committed meanwhile decides the outcome of the second vote alone.
        var outcomes = await UntilWrittenAsync(store, votes);
        Assert.Equal(Redelivered, outcomes[0]);
        Assert.Equal(3, await ScalarAsync<long>("SELECT count(*) FROM vote_audit"));
        Assert.Equal(3, await ScalarAsync<long>("SELECT sum(total)::bigint FROM vote_results"));
        Assert.Equal(3, (await store.LoadAsync(["law"], Stop))["law"].Totals.Single().Total);
    }

    [Fact]
    public async Task A_server_process_that_stands_still_is_given_up_and_does_no_harm_when_it_goes_on()
    {
        await using var store = new PostgresTallyStore(_database.SiloConnectionString, lanes: 1, CommandTimeout);
        var votes = VoteSamples.Of(2);
        await WriteAsync(store, votes[..1]);
        var backend = ProcessMark.Of(await ScalarAsync<int>(
            $"SELECT pid FROM pg_stat_activity WHERE application_name = 'votes-flush' AND datname = '{_database.Name}'"));
        Assert.True(backend.Send(Signal.Stop));
        try
        {
            await AssertUnavailableAsync(() => WriteAsync(store, votes));
            Assert.Equal([Redelivered, Counted], (await WriteAsync(store, votes)).Outcomes);
        }
        finally
        {
            backend.Send(Signal.Continue);
        }

        Assert.True(await backend.WaitForExitAsync(Patience, Stop));
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM vote_audit"));
        Assert.Equal(2, await ScalarAsync<long>("SELECT sum(total)::bigint FROM vote_results"));
    }

    [Fact]
    public async Task A_locked_table_ends_the_statement_at_the_server()
    {
        await using var store = new PostgresTallyStore(_database.SiloConnectionString, lanes: 1, CommandTimeout);
        var votes = VoteSamples.Of(2);
        await WriteAsync(store, votes[..1]);
        await using (var connection = await _admin.OpenConnectionAsync(Stop))
        {
            await using var transaction = await connection.BeginTransactionAsync(Stop);
            await using var locking = new NpgsqlCommand("LOCK TABLE vote_results IN ACCESS EXCLUSIVE MODE", connection);
            await locking.ExecuteNonQueryAsync(Stop);
            var exception = await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync(store, votes));

            Assert.Equal(PostgresErrorCodes.QueryCanceled, exception.ErrorType);
            Assert.Equal(0, await ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'votes-flush' "
                + $"AND datname = '{_database.Name}' AND wait_event_type = 'Lock'"));
        }

        Assert.Equal([Redelivered, Counted], (await WriteAsync(store, votes)).Outcomes);
    }

    [Fact]
    public async Task A_voter_whom_the_database_refuses_is_set_apart_and_the_rest_is_counted()
    {
        var votes = VoteSamples.Of(200);
        await RefuseAsync("vote_audit", $"NEW.voter = '{votes[123].Voter}'");
        await using var store = new PostgresTallyStore(_database.SiloConnectionString, lanes: 1, CommandTimeout);

        var outcomes = await FlushAsync(store, "law", votes);

        Assert.Equal([123], Enumerable.Range(0, 200).Where(i => outcomes[i] == Refused));
        Assert.Equal(199, outcomes.Count(static outcome => outcome == Counted));
        Assert.Equal(199, await ScalarAsync<long>("SELECT count(*) FROM vote_audit"));
        Assert.Equal(199, await ScalarAsync<long>("SELECT sum(total)::bigint FROM vote_results"));
    }

    [Fact]
    public async Task A_database_that_refuses_every_vote_counts_none_and_each_is_told()
    {
        await RefuseAsync("vote_audit", "true");
        await using var store = new PostgresTallyStore(_database.SiloConnectionString, lanes: 1, CommandTimeout);

        Assert.All(await FlushAsync(store, "law", VoteSamples.Of(100)), static outcome => Assert.Equal(Refused, outcome));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM vote_audit"));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM vote_results"));
    }

    [Fact]
    public async Task A_law_that_the_database_refuses_is_no_refused_vote()
    {
        await RefuseAsync("laws", "NEW.law_id = 'refused'");
        await using var store = new PostgresTallyStore(_database.SiloConnectionString, lanes: 1, CommandTimeout);
        var write = new BisectingWrite(0, store, NewMetrics(), NullLogger.Instance);

        Assert.Equal(["refused"], await write.RegisterAsync(["one", "two", "refused", "three"], Stop));
        Assert.Equal(3, await ScalarAsync<long>("SELECT count(*) FROM laws WHERE law_id IN ('one', 'two', 'three')"));
    }

    /// <summary>Makes the database refuse rows as a check constraint would.</summary>
    private Task<object?> RefuseAsync(string table, string condition) => ScalarAsync<object>(
        $"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF {condition} THEN RAISE EXCEPTION 'refused' USING ERRCODE = 'check_violation'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse_tg BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse();
        """);

    /// <summary>Writes votes as a lane does.</summary>
    private static async Task<VoteOutcome[]> FlushAsync(PostgresTallyStore store, string lawId, CastVote[] votes)
    {
        var batch = new PendingBatch(lawId, votes, registerLaw: false, TimeSpan.Zero);
        var write = new FlushWrite([batch], new FlushRows());
        await new BisectingWrite(0, store, NewMetrics(), NullLogger.Instance).WriteAsync(
            write,
            result =>
            {
                foreach (var (decided, outcome) in write.Decide(result))
                {
                    decided.Settle(outcome);
                }
            },
            Stop);
        return (await batch.Settled).Outcomes;
    }

    private static TallyMetrics NewMetrics() =>
        new(Options.Create(new LawTallyOptions()), TimeProvider.System, Metrics.NewCustomRegistry());

    private static async Task AssertUnavailableAsync(Func<Task> call) =>
        await Assert.ThrowsAsync<StoreUnavailableException>(() => call().WaitAsync(Patience, Stop));

    private static async Task<VoteOutcome[]> UntilWrittenAsync(PostgresTallyStore store, CastVote[] votes)
    {
        while (true)
        {
            try
            {
                return (await WriteAsync(store, votes)).Outcomes;
            }
            catch (StoreUnavailableException)
            {
                // An attempt from before is on its way through the server, and holds the same keys.
                Stop.ThrowIfCancellationRequested();
            }
        }
    }

    private static Task<FlushResult> WriteAsync(PostgresTallyStore store, CastVote[] votes)
    {
        var rows = new FlushRows();
        Array.ForEach(votes, vote => rows.Add("law", in vote));
        return store.WriteAsync(0, rows, Stop);
    }

    private async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = _admin.CreateCommand(sql);
        return (T?)await command.ExecuteScalarAsync(Stop);
    }
}
