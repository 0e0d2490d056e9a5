using Npgsql;
using Votes.LocalCluster;
using Votes.Silo.Reconcile;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Reconcile;

/// <summary>Checks that overlap, and checks that take too long, on a real PostgreSQL.</summary>
[NeedsServers]
public sealed class LedgerCheckTests(TestServers servers) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _owner = null!;
    private NpgsqlDataSource _service = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Stop);
        _owner = NpgsqlDataSource.Create(_database.OwnerConnectionString);
        _service = NpgsqlDataSource.Create(_database.SiloConnectionString);
        await ExecuteAsync(ReconcileServiceTests.TenLaws);
    }

    public async ValueTask DisposeAsync()
    {
        await _owner.DisposeAsync();
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Older_look_does_not_erase_what_a_newer_one_found()
    {
        var check = new LedgerCheck(_service, new ReconcileOptions());
        await ExecuteAsync("update vote_results set total = 7 where law_id = 'law-3' and choice = 'yes'");
        await check.RunAsync("", TimeProvider.System, Stop);
        await ExecuteAsync("update vote_results set total = 6 where law_id = 'law-3' and choice = 'yes'");

        // The older look stands still behind a lock on the record, having seen all totals right; two newer ones find others.
        await using var connection = await _owner.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using var hold = new NpgsqlCommand("lock table reconcile_differences in share mode", connection);
        await hold.ExecuteNonQueryAsync(Stop);
        var older = check.RunAsync("", TimeProvider.System, Stop);
        await UntilWaitingAsync();
        await using var found = new NpgsqlCommand(
            """
            update vote_results set total = 8 where law_id = 'law-3' and choice = 'yes';
            update reconcile_differences set total = 8 where law_id = 'law-3';
            insert into reconcile_differences (law_id, choice, total, audit_rows) values ('law-5', 'no', 5, 4);
            """,
            connection);
        await found.ExecuteNonQueryAsync(Stop);
        await transaction.CommitAsync(Stop);
        await older;

        Assert.Equal((2 + 1, 2), await DifferencesAsync(check));
    }

    [Fact]
    public async Task Slice_that_takes_too_long_is_split_and_a_law_that_does_alone_is_skipped()
    {
        await using var slow = await SlowLawAsync("law-4");
        var options = new ReconcileOptions { StatementTimeout = TimeSpan.FromSeconds(1), VotesPerCheck = 40, Share = 1 };
        var check = new LedgerCheck(slow, options);
        await ExecuteAsync(
            """
            update vote_results set total = total + 1 where law_id in ('law-4', 'law-9') and choice = 'yes';
            insert into reconcile_differences (law_id, choice, total, audit_rows) values ('law-4', 'yes', 7, 6);
            """);
        var skipped = new List<string>();
        var after = "";
        for (var tries = 0; tries < 10 && (tries == 0 || after.Length > 0); tries++)
        {
            try
            {
                skipped.AddRange((await check.RunAsync(after, TimeProvider.System, Stop)).Skipped);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.QueryCanceled)
            {
                // Halved twice and still too long: the next check begins with half of that.
            }

            (after, _) = await ReachedAsync();
        }

        // What is known of the law that cannot be recounted stays known, and the laws behind it are reached.
        Assert.Equal("", after);
        Assert.Equal((2, 2), await DifferencesAsync(check));
        Assert.Equal(["law-4"], skipped.Distinct());
    }

    [Fact]
    public async Task Check_pauses_after_each_statement_and_ends_when_its_time_is_over()
    {
        // Each statement takes a second by this clock: a slice grows no further, nor is it made smaller.
        var time = new SecondALook();
        var options = new ReconcileOptions { Interval = TimeSpan.FromMinutes(1), StatementTimeout = TimeSpan.FromSeconds(30) };
        var check = new LedgerCheck(_service, options);

        // Ten laws with a hundred votes are one slice: nothing to pause between.
        await check.RunAsync("", time, Stop);
        Assert.Empty(time.Pauses);
        Assert.Equal(("", 100L), await ReachedAsync());

        // With a million votes by their totals they are ten: each second is followed by nine, until half of the minute is over.
        await ExecuteAsync("update vote_results set total = total * 10000");
        await check.RunAsync("", time, Stop);
        Assert.Equal([TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(9)], time.Pauses);
        Assert.Equal(("law-2", 30L), await ReachedAsync());
    }

    [Fact]
    public async Task Difference_that_is_set_right_while_the_check_pauses_is_not_recorded()
    {
        var time = new SecondALook();
        var options = new ReconcileOptions { Interval = TimeSpan.FromMinutes(1), StatementTimeout = TimeSpan.FromSeconds(30) };
        var check = new LedgerCheck(_service, options);
        await ExecuteAsync("update vote_results set total = total * 10000");

        // All ten laws differ; the first one is repaired in the pause behind its slice.
        time.Paused = () => Execute("update vote_results set total = total / 10000 where law_id = 'law-0' and total > 10000");
        var result = await check.RunAsync("", time, Stop);

        Assert.Equal(["law-1", "law-2"], result.Wrong.Select(static row => row.LawId).Distinct().Order());
    }

    [Fact]
    public void Slice_with_few_votes_does_not_make_the_next_one_larger()
    {
        var size = new SliceSize(5_000_000);
        var first = size.Votes;
        size.Ended(votes: 1_000, TimeSpan.FromMilliseconds(10), wasSplit: false);
        Assert.Equal(first, size.Votes);

        size.Ended(first, TimeSpan.FromMilliseconds(10), wasSplit: false);
        Assert.Equal(2 * first, size.Votes);

        // Ten seconds where one is the aim: a tenth of what it had.
        size.Ended(2 * first, TimeSpan.FromSeconds(10), wasSplit: false);
        Assert.Equal(first / 5, size.Votes);
    }

    /// <summary>A role of the application's rights for which one law's votes take for ever to read.</summary>
    private async Task<NpgsqlDataSource> SlowLawAsync(string lawId)
    {
        await ExecuteAsync(
            $"""
            create function slow(law_id text) returns boolean language plpgsql as
              $$ begin if law_id = '{lawId}' then perform pg_sleep(60); end if; return true; end $$;
            create schema slow authorization votes_owner;
            create or replace view slow.vote_ledger as
            select law_id, choice, sum(total)::bigint as total, sum(audit_rows)::bigint as audit_rows
              from (select law_id, choice, total, 0 as audit_rows from public.vote_results
                    union all
                    select law_id, choice, 0, count(*) from public.vote_audit group by law_id, choice
                    having public.slow(law_id)) as entries
             group by law_id, choice;
            grant usage on schema slow to votes_app;
            grant select on slow.vote_ledger to votes_app;
            """);
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.SiloConnectionString)
        {
            SearchPath = "slow, public",
        });
    }

    private async Task UntilWaitingAsync()
    {
        await using var command = _owner.CreateCommand(
            "select count(*) from pg_locks where not granted and relation = 'reconcile_differences'::regclass");
        Assert.True(await Poll.UntilAsync(
            async stop => (long)(await command.ExecuteScalarAsync(stop))! > 0,
            TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(10), Stop));
    }

    private static async Task<(long Difference, long Laws)> DifferencesAsync(LedgerCheck check)
    {
        var record = await check.ReadRecordAsync(Stop);
        return (record.Difference, record.Laws);
    }

    private async Task<(string NextLaw, long AuditRows)> ReachedAsync()
    {
        await using var command = _owner.CreateCommand("select next_law, audit_rows from reconcile_state");
        await using var reader = await command.ExecuteReaderAsync(Stop);
        await reader.ReadAsync(Stop);
        return (reader.GetString(0), reader.GetInt64(1));
    }

    private void Execute(string sql)
    {
        using var command = _owner.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    /// <summary>A clock that is a second later each time somebody looks; waits are noted, and end at once.</summary>
    private sealed class SecondALook : TimeProvider
    {
        private long _seconds;

        public List<TimeSpan> Pauses { get; } = [];

        public Action Paused { get; set; } = static () => { };

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            _seconds += (long)dueTime.TotalSeconds;
            Paused();
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
