using Npgsql;
using Votes.Grains.Counting;
using Votes.Ops;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Ops;

[NeedsServers]
public sealed class ReconcileCommandTests(TestServers servers)
{
    private const string Differences = "select count(*) from vote_ledger where difference <> 0";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exact_totals_end_with_0()
    {
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        await scene.CountAsync("one", [.. VoteSamples.Of(3), VoteSamples.By(9, "no")]);
        await scene.CountAsync("two", VoteSamples.Of(5));

        var (status, output, errors) = await scene.RunAsync();

        Assert.Equal((ExitStatus.Done, ""), (status, errors));
        Assert.Equal(
            ["2 laws, totals 9, audit rows 9, differences 0", "statistics: 0 votes reported as counted, 0 of them missing, 9 votes on record that no Ingest reported; Ingests report a minute's votes after it"],
            output.Trim().ReplaceLineEndings("\n").Split('\n'));
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync("--repair")).Status);
    }

    [Theory]
    [InlineData(8, 0, ExitStatus.Done)]
    [InlineData(9, 0, ExitStatus.Done)]
    [InlineData(10, 1, ExitStatus.Failed)]
    public async Task Votes_reported_as_counted_that_are_on_record_nowhere_are_missing(int counted, int missing, int status)
    {
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        await scene.CountAsync("law", VoteSamples.Of(9));
        await scene.ExecuteAsync(
            $"""
            insert into aggregation_stats (process, minute, counted)
            values ('ingest/a', '2026-11-23T12:00Z', 6), ('ingest/b', '2026-11-23T12:00Z', {counted - 6})
            """);

        var found = await scene.RunAsync();
        Assert.Equal(status, found.Status);
        Assert.Contains(
            $"statistics: {counted} votes reported as counted, {missing} of them missing", found.Output, StringComparison.Ordinal);
        Assert.Equal(
            missing, await scene.ScalarAsync("select missing from statistics_ledger where votes_on_record = 9"));
        Assert.DoesNotContain("statistics", (await scene.RunAsync("--law", "law")).Output, StringComparison.Ordinal);

        // A total that was set too low by hand is a difference, and no vote is missing for it.
        await scene.ExecuteAsync("update vote_results set total = 3");
        Assert.Equal(status, (await scene.RunAsync("--repair")).Status);
        Assert.Equal(9, await scene.ScalarAsync("select sum(total)::bigint from vote_results"));
    }

    [Fact]
    public async Task Every_kind_of_difference_is_listed_and_repaired()
    {
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        foreach (var law in new[] { "high", "lost", "low", "right" })
            await scene.CountAsync(law, [.. VoteSamples.Of(5), VoteSamples.By(9, "no")]);
        await scene.ExecuteAsync(
            """
            update vote_results set total = 1005 where law_id = 'high' and choice = 'yes';
            update vote_results set total = 2 where law_id = 'low' and choice = 'yes';
            delete from vote_results where law_id = 'lost';
            insert into vote_results (law_id, choice, total, version) values ('[ghost]', 'yes', 7, 1);
            """);

        var found = await scene.RunAsync();
        Assert.Equal(ExitStatus.Failed, found.Status);
        Assert.Matches(@"high +│ yes +│ +1,005 │ +5 │ +\+1,000", found.Output);
        Assert.Matches(@"low +│ yes +│ +2 │ +5 │ +-3", found.Output);
        Assert.Matches(@"lost +│ no +│ +0 │ +1 │ +-1", found.Output);
        Assert.Matches(@"\[ghost\] +│ yes +│ +7 │ +0 │ +\+7", found.Output);
        Assert.Contains("5 laws, totals 1,022, audit rows 24, differences 5", found.Output, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync("--law", "right")).Status);

        var repaired = await scene.RunAsync("--repair", "--law", "low");
        Assert.Equal(ExitStatus.Done, repaired.Status);
        Assert.Contains("1 totals set to their audit rows", repaired.Output, StringComparison.Ordinal);
        Assert.Equal(1, await scene.ScalarAsync(
            """
            select count(*) from operator_log
             where who = 'database:votes_service' and action = 'reconcile-repair' and subject = 'low' and details->>'totals' = '1'
            """));
        Assert.Equal(4, await scene.ScalarAsync(Differences));
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync("--repair")).Status);
        Assert.Equal(0, await scene.ScalarAsync(Differences));
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync()).Status);
        Assert.Equal(1, await scene.ScalarAsync("select version from vote_results where law_id = 'right' and choice = 'yes'"));
    }

    [Fact]
    public async Task Repair_under_load_ends_with_totals_that_equal_their_audit_rows()
    {
        const int Flushes = 60;
        const int VotesPerFlush = 200;
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        await scene.CountAsync("law-0", VoteSamples.By(1_000_000));
        var left = ReconcileFixture.Lanes;
        var lanes = Enumerable.Range(0, ReconcileFixture.Lanes).Select(async lane =>
        {
            for (var flush = 0; flush < Flushes; flush++)
            {
                // All lanes move the same laws, as activations that overlap do.
                var first = ((lane * Flushes) + flush) * VotesPerFlush;
                var votes = Enumerable.Range(first, VotesPerFlush).Select(voter => VoteSamples.By(voter)).ToArray();
                await scene.CountAsync(lane, $"law-{flush % 3}", votes);
            }

            Interlocked.Decrement(ref left);
        }).ToArray();

        var repairs = 0;
        while (Volatile.Read(ref left) > 0)
        {
            await scene.ExecuteAsync("update vote_results set total = total + 17 where law_id = 'law-0'");
            await scene.ExecuteAsync("delete from vote_results where law_id = 'law-1'");
            var (status, _, errors) = await scene.RunAsync("--repair", "--lock-timeout-seconds", "60");
            Assert.Equal((ExitStatus.Done, ""), (status, errors));
            repairs++;
        }

        await Task.WhenAll(lanes);
        Assert.Equal(0, await scene.ScalarAsync(Differences));
        Assert.Equal(
            (ReconcileFixture.Lanes * Flushes * VotesPerFlush) + 1, await scene.ScalarAsync("select count(*) from vote_audit"));
        Assert.NotEqual(0, repairs);
        Assert.Equal(ExitStatus.Done, (await scene.RunAsync()).Status);
    }

    [Fact]
    public async Task Tally_in_memory_follows_a_repair_with_the_next_flush()
    {
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        var tally = new Tally();
        for (var voter = 0; voter < 5; voter++)
            Enter(tally, await scene.CountAsync("law", VoteSamples.By(voter)));
        await scene.ExecuteAsync("update vote_results set total = 1000");
        Enter(tally, await scene.CountAsync("law", VoteSamples.By(10)));
        Assert.Equal(1001, tally.Durable("yes"));

        await scene.RunAsync("--repair");
        Enter(tally, await scene.CountAsync("law", VoteSamples.By(11)));

        // Six flushes, the repair, and one flush more.
        Assert.Equal(7, tally.Durable("yes"));
        Assert.Equal(8, tally.Version);
    }

    [Fact]
    public async Task Tally_in_memory_follows_the_repair_of_a_total_that_was_lost_with_its_version()
    {
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        var tally = new Tally();
        for (var voter = 0; voter < 5; voter++)
            Enter(tally, await scene.CountAsync("law", VoteSamples.By(voter)));
        await scene.ExecuteAsync("delete from vote_results");
        Enter(tally, await scene.CountAsync("law", VoteSamples.By(10)));
        Assert.Equal(5, tally.Durable("yes"));

        await scene.RunAsync("--repair");
        Enter(tally, await scene.CountAsync("law", VoteSamples.By(11)));

        Assert.Equal(7, tally.Durable("yes"));
    }

    [Fact]
    public async Task Repair_raises_the_version_of_every_choice_of_the_law()
    {
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        await scene.CountAsync("law", [.. VoteSamples.Of(5), VoteSamples.By(9, "no")]);
        await scene.ExecuteAsync("update vote_results set total = 6 where choice = 'yes'");

        await scene.RunAsync("--repair");

        var moved = Assert.Single((await scene.CountAsync("law", VoteSamples.By(10, "no"))).Totals);
        Assert.Equal(new ChoiceTotal("no", 2, 3), moved.Total);
    }

    [Fact]
    public async Task Repair_that_is_not_let_in_changes_nothing_and_says_so()
    {
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        await scene.CountAsync("law", VoteSamples.Of(5));
        await scene.ExecuteAsync("update vote_results set total = 6");
        await using var connection = await scene.Owner.OpenConnectionAsync(Stop);
        await using var flush = await connection.BeginTransactionAsync(Stop);
        await using var hold = new NpgsqlCommand("select from vote_results where law_id = 'law' for update", connection);
        await hold.ExecuteNonQueryAsync(Stop);

        var (status, _, errors) = await scene.RunAsync("--repair", "--lock-timeout-seconds", "0.05");

        Assert.Equal(ExitStatus.Failed, status);
        Assert.Contains("--lock-timeout-seconds; nothing was changed", errors, StringComparison.Ordinal);
        Assert.Equal(1, await scene.ScalarAsync(Differences));
    }

    [Fact]
    public async Task Repair_waits_for_no_flush_of_another_law()
    {
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        await scene.CountAsync("law", VoteSamples.Of(5));
        await scene.CountAsync("other", VoteSamples.Of(5));
        await scene.ExecuteAsync("update vote_results set total = 6 where law_id = 'law'");
        await using var connection = await scene.Owner.OpenConnectionAsync(Stop);
        await using var flush = await connection.BeginTransactionAsync(Stop);
        await using var hold = new NpgsqlCommand("update vote_results set version = version where law_id = 'other'", connection);
        await hold.ExecuteNonQueryAsync(Stop);

        var (status, _, errors) = await scene.RunAsync("--repair", "--lock-timeout-seconds", "0.05");

        Assert.Equal((ExitStatus.Done, ""), (status, errors));
        Assert.Equal(0, await scene.ScalarAsync(Differences));
    }

    [Fact]
    public async Task Recount_that_takes_too_long_says_so()
    {
        await using var scene = await ReconcileFixture.CreateAsync(servers);
        await using var connection = await scene.Owner.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using var hold = new NpgsqlCommand("lock table vote_audit in access exclusive mode", connection);
        await hold.ExecuteNonQueryAsync(Stop);

        var (status, _, errors) = await scene.RunAsync("--timeout-seconds", "0.05");

        Assert.Equal(ExitStatus.Failed, status);
        Assert.Contains("longer than --timeout-seconds", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--timeout-seconds is 0;", "--timeout-seconds", "0")]
    [InlineData("--timeout-seconds is 86401;", "--timeout-seconds", "86401")]
    [InlineData("--lock-timeout-seconds is -1;", "--lock-timeout-seconds", "-1")]
    [InlineData("--lock-timeout-seconds is NaN;", "--lock-timeout-seconds", "NaN")]
    [InlineData("'--reapir'", "--reapir")]
    public async Task Wrong_options_are_refused(string complaint, params string[] args)
    {
        var (status, _, errors) = await ReconcileFixture.RunAsAsync("Host=127.0.0.1;Port=1", args);

        Assert.Equal(ExitStatus.Unusable, status);
        Assert.Contains(complaint, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://votes:secret@127.0.0.1:1/votes", "127.0.0.1:1 is not reachable")]
    [InlineData("nonsense", "POSTGRES_URL is neither")]
    public async Task Database_that_is_not_there_is_named_without_its_password(string url, string complaint)
    {
        var (status, _, errors) = await ReconcileFixture.RunAsAsync(url, "--timeout-seconds", "86400");

        Assert.Equal(ExitStatus.Unusable, status);
        Assert.Contains(complaint, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_without_tables_is_unusable()
    {
        await using var database = await servers.CreateEmptyDatabaseAsync(Stop);

        var (status, _, errors) = await ReconcileFixture.RunAsAsync(database.OwnerConnectionString);

        Assert.Equal(ExitStatus.Unusable, status);
        Assert.Contains("has no vote tables", errors, StringComparison.Ordinal);
    }

    private static void Enter(Tally tally, Votes.Grains.Flush.FlushResult result)
    {
        foreach (var moved in result.Totals)
            tally.Set(moved.Total);
    }
}
