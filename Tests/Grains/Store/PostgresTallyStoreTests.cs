using CsCheck;
using Npgsql;
using Votes.Grains.Counting;
using Votes.Grains.Flush;
using Votes.Grains.Interfaces;
using Votes.Grains.Laws;
using Votes.Grains.Store;
using Votes.LocalCluster;
using Votes.Tests.Servers;
using Xunit;
using static Votes.Grains.Counting.VoteOutcome;

namespace Votes.Tests.Grains.Store;

[NeedsServers]
public sealed class PostgresTallyStoreTests(TestServers servers) : IAsyncLifetime
{
    private const int Lanes = 4;

    private const string Scans = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'vote_audit'";

    private const string Difference = """
        SELECT count(*) FROM
          (SELECT law_id, choice, count(*) AS total FROM vote_audit GROUP BY 1, 2) a
          FULL JOIN vote_results r USING (law_id, choice)
         WHERE a.total IS DISTINCT FROM r.total
        """;

    private TestDatabase _database = null!;
    private NpgsqlDataSource _reader = null!;
    private PostgresTallyStore _store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Stop);
        _reader = NpgsqlDataSource.Create(_database.SuperuserConnectionString);
        _store = new PostgresTallyStore(_database.SiloConnectionString, Lanes, TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _reader.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Votes_move_the_totals_by_exactly_themselves()
    {
        var result = await WriteAsync("law", [.. VoteSamples.Of(3), VoteSamples.By(3, "no")]);

        Assert.All(result.Outcomes, static outcome => Assert.Equal(Counted, outcome));
        Assert.Equal(
            [new MovedTotal("law", 1, new ChoiceTotal("no", 1, 1)), new MovedTotal("law", 3, new ChoiceTotal("yes", 3, 1))],
            result.Totals.OrderBy(static moved => moved.Total.Choice, StringComparer.Ordinal));
        await AssertExactAsync(audit: 4, duplicates: 0);
    }

    [Fact]
    public async Task Redelivered_vote_is_counted_once()
    {
        var votes = VoteSamples.Of(5);
        await WriteAsync("law", votes);
        var again = await WriteAsync("law", votes);

        Assert.All(again.Outcomes, static outcome => Assert.Equal(Redelivered, outcome));
        Assert.Empty(again.Totals);
        await AssertExactAsync(audit: 5, duplicates: 0);
    }

    [Fact]
    public async Task The_same_message_twice_in_a_flush_is_counted_once()
    {
        var vote = VoteSamples.By(1);
        var result = await WriteAsync("law", [vote, VoteSamples.By(2), vote]);

        Assert.Equal([Counted, Counted, Redelivered], result.Outcomes);
        await AssertExactAsync(audit: 2, duplicates: 0);
    }

    [Fact]
    public async Task A_duplicate_inside_a_flush_is_filed_and_points_at_the_vote_that_counts()
    {
        var (first, second) = (VoteSamples.By(1), VoteSamples.By(1, "no"));
        var result = await WriteAsync("law", [first, second, second]);

        Assert.Equal([Counted, Duplicate, Redelivered], result.Outcomes);
        await AssertExactAsync(audit: 1, duplicates: 1);
        Assert.Equal(first.VoteId, await ScalarAsync<Guid>("SELECT counted_vote_id FROM duplicate_attempts"));
        Assert.Equal(second.VoteId, await ScalarAsync<Guid>("SELECT vote_id FROM duplicate_attempts"));
    }

    [Fact]
    public async Task A_duplicate_that_comes_again_is_redelivered()
    {
        await WriteAsync("law", [VoteSamples.By(1)]);
        var duplicate = VoteSamples.By(1, "no");
        Assert.Equal([Duplicate], (await WriteAsync("law", [duplicate])).Outcomes);
        Assert.Equal([Redelivered], (await WriteAsync("law", [duplicate])).Outcomes);

        await AssertExactAsync(audit: 1, duplicates: 1);
    }

    [Fact]
    public async Task A_closed_law_counts_nobody_and_knows_whom_it_has_counted()
    {
        var (counted, duplicate) = (VoteSamples.By(1), VoteSamples.By(1, "no"));
        await WriteAsync("law-2026-001", [counted]);
        await ScalarAsync<object>("UPDATE laws SET status = 'closed' WHERE law_id = 'law-2026-001'");
        var rows = new FlushRows();
        rows.Add("law-2026-001", counted);
        rows.Add("law-2026-001", VoteSamples.By(2));
        rows.Add("law-2026-002", VoteSamples.By(2));
        rows.Add("law-2026-001", duplicate);
        rows.Add("law-2026-001", VoteSamples.By(2));

        var result = await _store.WriteAsync(0, rows, Stop);

        Assert.Equal([Redelivered, Closed, Counted, Duplicate, Closed], result.Outcomes);
        Assert.Equal([new MovedTotal("law-2026-002", 1, new ChoiceTotal("yes", 1, 1))], result.Totals);
        await AssertExactAsync(audit: 2, duplicates: 1);
    }

    [Fact]
    public async Task A_voter_may_vote_on_every_law_once()
    {
        var rows = new FlushRows();
        for (var law = 0; law < 20; law++)
        {
            rows.Add($"law {law}", VoteSamples.By(1));
        }

        var result = await _store.WriteAsync(0, rows, Stop);

        Assert.All(result.Outcomes, static outcome => Assert.Equal(Counted, outcome));
        Assert.Equal(20, result.Totals.Count);
        await AssertExactAsync(audit: 20, duplicates: 0);
    }

    [Fact]
    public async Task Writers_side_by_side_count_each_voter_once()
    {
        // Every lane writes votes of the same voters on the same laws, in another order: some are the same message, some
        // are another vote of the same voter.
        const int laws = 5, voters = 200;
        var shared = Enumerable.Range(0, laws)
            .SelectMany(law => VoteSamples.Of(voters).Select(vote => (Law: $"law {law}", Vote: vote)))
            .ToArray();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async lane =>
        {
            var mine = shared
                .Select((row, i) => i % Lanes == lane ? (row.Law, row.Vote with { VoteId = Guid.NewGuid() }) : row)
                .ToArray();
            new Random(lane).Shuffle(mine);
            var all = new List<VoteOutcome>();
            foreach (var chunk in mine.Chunk(70))
            {
                var rows = new FlushRows();
                Array.ForEach(chunk, row => rows.Add(row.Item1, row.Item2));
                all.AddRange((await WriteUntilDoneAsync(lane, rows)).Outcomes);
            }

            return all;
        }));

        var counts = outcomes.SelectMany(static all => all).CountBy(static outcome => outcome).ToDictionary();
        Assert.Equal(laws * voters, counts[Counted]);
        Assert.Equal(laws * voters * Lanes, counts.Values.Sum());
        await AssertExactAsync(audit: laws * voters, duplicates: counts[Duplicate]);
    }

    [Fact]
    public async Task Any_run_of_flushes_gives_the_outcomes_of_the_rules()
    {
        var vote = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 2], static (law, voter, id) => (law, voter, id));
        var run = 0;
        await vote.Array[1, 12].Array[1, 4].SampleAsync(
            async flushes =>
            {
                var prefix = $"run {Interlocked.Increment(ref run)}";
                var counted = new Dictionary<(string, Guid), Guid>();
                var filed = new HashSet<(string, Guid, Guid)>();
                foreach (var flush in flushes)
                {
                    var rows = new FlushRows();
                    var expected = new List<VoteOutcome>();
                    foreach (var (law, voter, id) in flush)
                    {
                        var cast = VoteSamples.By(voter) with { VoteId = new Guid(id, 1, 1, new byte[8]) };
                        var key = ($"{prefix} law {law}", cast.Voter);
                        rows.Add(key.Item1, in cast);
                        expected.Add(
                            counted.TryAdd(key, cast.VoteId) ? Counted
                            : counted[key] != cast.VoteId && filed.Add((key.Item1, cast.Voter, cast.VoteId)) ? Duplicate
                            : Redelivered);
                    }

                    Assert.Equal(expected, (await _store.WriteAsync(0, rows, Stop)).Outcomes);
                }
            },
            iter: 150,
            threads: 1);
        Assert.Equal(0, await ScalarAsync<long>(Difference));
    }

    [Fact]
    public async Task A_law_is_registered_with_its_first_vote_and_once()
    {
        var rows = new FlushRows();
        rows.Add("law new", VoteSamples.By(1));
        await _store.RegisterAsync(0, ["law new"], Stop);
        await _store.WriteAsync(0, rows, Stop);
        await _store.RegisterAsync(1, ["law new"], Stop);
        await _store.WriteAsync(1, rows, Stop);

        var laws = await _store.LoadAsync(["law new", "law none"], Stop);
        Assert.Equal(LawStatus.Open, laws["law new"].Law.Status);
        Assert.Equal([new ChoiceTotal("yes", 1, 1)], laws["law new"].Totals);
        Assert.Equal(LawStatus.Unknown, laws["law none"].Law.Status);
        Assert.Empty(laws["law none"].Totals);
    }

    [Fact]
    public async Task A_law_is_read_as_it_was_described()
    {
        await ScalarAsync<object>("""
            INSERT INTO laws (law_id, title, status, choices, opens_at, closes_at)
            VALUES ('described', 'A law', 'closed', '{a,b}', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')
            """);
        var law = (await _store.LoadAsync(["described"], Stop))["described"].Law;

        Assert.Equal(LawStatus.Closed, law.Status);
        Assert.Equal(["a", "b"], law.Choices);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), law.OpensAt);
        Assert.Equal(new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero), law.ClosesAt);
    }

    [Fact]
    public async Task A_value_that_the_database_refuses_is_the_rows_fault_and_the_lane_goes_on()
    {
        await Assert.ThrowsAsync<RowsRefusedException>(() => WriteAsync("law", [VoteSamples.By(1, "a\0b")]));
        await Assert.ThrowsAsync<RowsRefusedException>(() => WriteAsync("law", [VoteSamples.By(1, new string('x', 65))]));

        Assert.Equal([Counted], (await WriteAsync("law", [VoteSamples.By(1)])).Outcomes);
        await AssertExactAsync(audit: 1, duplicates: 0);
    }

    [Fact]
    public async Task A_missing_right_is_not_the_rows_fault()
    {
        await ScalarAsync<object>("REVOKE EXECUTE ON FUNCTION count_votes FROM votes_app");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync("law", [VoteSamples.By(1)]));
        await ScalarAsync<object>("GRANT EXECUTE ON FUNCTION count_votes TO votes_app");

        Assert.Equal([Counted], (await WriteAsync("law", [VoteSamples.By(1)])).Outcomes);
    }

    [Fact]
    public async Task A_session_that_the_server_refuses_to_open_is_not_the_rows_fault()
    {
        // The server answers with an error of class 22, as it does to a row's values.
        var settings = new NpgsqlConnectionStringBuilder(_database.SiloConnectionString)
        {
            Options = "-c work_mem=nonsense",
        };
        await using var store = new PostgresTallyStore(settings.ConnectionString, 1, TimeSpan.FromSeconds(30));
        var rows = new FlushRows();
        rows.Add("law", VoteSamples.By(1));

        var exception = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.WriteAsync(0, rows, Stop));
        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, exception.ErrorType);
        exception = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.RegisterAsync(0, ["law"], Stop));
        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, exception.ErrorType);
    }

    [Fact]
    public async Task A_connection_that_the_server_ends_is_replaced()
    {
        var votes = VoteSamples.Of(2);
        await WriteAsync("law", votes[..1]);
        await ScalarAsync<object>("""
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'votes-flush'
            """);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync("law", votes));

        Assert.Equal([Redelivered, Counted], (await WriteAsync("law", votes)).Outcomes);
        await AssertExactAsync(audit: 2, duplicates: 0);
    }

    [Fact]
    public async Task A_flush_looks_keys_up_and_never_scans_the_audit()
    {
        await WriteAsync("law", VoteSamples.Of(5));
        await ScalarAsync<object>("ANALYZE vote_audit");
        var before = await ScalarAsync<long>(Scans);
        await WriteAsync("law", VoteSamples.Of(5));

        await EndSessionsAsync();
        Assert.Equal(before, await ScalarAsync<long>(Scans));
    }

    [Fact]
    public async Task Keys_are_looked_up_a_second_time_only_where_a_vote_was_not_counted()
    {
        const string lookUps = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'vote_audit_pk'";
        await WriteAsync("law", VoteSamples.Of(100));
        await EndSessionsAsync();
        var whenNew = await ScalarAsync<long>(lookUps);

        _store = new PostgresTallyStore(_database.SiloConnectionString, Lanes, TimeSpan.FromSeconds(30));
        await WriteAsync("other-law", [.. VoteSamples.Of(99), VoteSamples.By(1)]);
        await EndSessionsAsync();

        Assert.Equal(100, whenNew);
        Assert.Equal(100 + 200, await ScalarAsync<long>(lookUps));
    }

    /// <summary>A session reports its figures while it is idle, or at its end, which this brings about.</summary>
    private async Task EndSessionsAsync()
    {
        await _store.DisposeAsync();
        const string sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'votes-flush'";
        Assert.True(await Poll.UntilAsync(
            async _ => await ScalarAsync<long>(sessions) == 0,
            TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(10), Stop));
    }

    private async Task<FlushResult> WriteAsync(string lawId, CastVote[] votes)
    {
        var rows = new FlushRows();
        Array.ForEach(votes, vote => rows.Add(lawId, in vote));
        return await _store.WriteAsync(0, rows, Stop);
    }

    /// <summary>As a lane does: tries again where the database chose this transaction as the victim of a deadlock.</summary>
    private async Task<FlushResult> WriteUntilDoneAsync(int lane, FlushRows rows)
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

    private async Task AssertExactAsync(long audit, long duplicates)
    {
        Assert.Equal(audit, await ScalarAsync<long>("SELECT count(*) FROM vote_audit"));
        Assert.Equal(duplicates, await ScalarAsync<long>("SELECT count(*) FROM duplicate_attempts"));
        Assert.Equal(0, await ScalarAsync<long>(Difference));
    }

    private async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = _reader.CreateCommand(sql);
        return (T?)await command.ExecuteScalarAsync(Stop);
    }
}
