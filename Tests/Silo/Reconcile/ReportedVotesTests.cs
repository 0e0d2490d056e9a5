using Npgsql;
using Votes.Silo.Reconcile;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Reconcile;

/// <summary>Votes on record beside the reports of Ingests, on a real PostgreSQL.</summary>
[NeedsServers]
public sealed class ReportedVotesTests(TestServers servers) : IAsyncLifetime
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
        await ExecuteAsync(
            "insert into vote_results (law_id, choice, total, version) values ('a', 'yes', 60, 1), ('b', 'no', 40, 1)");
    }

    public async ValueTask DisposeAsync()
    {
        await _owner.DisposeAsync();
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(100, 0, 0)]
    [InlineData(99, 0, 1)]
    [InlineData(99, 1, 0)]
    [InlineData(70, 10, 20)]
    [InlineData(130, 0, 0)]
    public async Task Vote_on_record_that_no_ingest_reported_is_shown(int counted, int redelivered, int unreported)
    {
        await ReportAsync("ingest/a", counted, redelivered, "now()");

        Assert.Equal(unreported, await CheckTwiceAsync());
    }

    [Fact]
    public async Task Vote_whose_report_is_still_to_come_is_not_held_against_anyone()
    {
        await CompareAsync();
        await ReportAsync("ingest/a", 100, 0, "now()");
        await ExecuteAsync("update vote_results set total = 90 where law_id = 'a'");

        // 130 are on record, and 100 are reported, as all were that were on record at the sample before.
        await CompareAsync();
        Assert.Equal(0, await UnreportedAsync());

        // At the next check the 30 should have been.
        await CompareAsync();
        Assert.Equal(30, await UnreportedAsync());
    }

    [Fact]
    public async Task Report_of_later_minutes_does_not_cover_a_vote_of_before()
    {
        await ReportAsync("ingest/a", 90, 0, "now()");
        await CompareAsync();
        await ReportAsync("ingest/b", 50, 0, "now() + interval '5 minutes'");
        await CompareAsync();

        Assert.Equal(10, await UnreportedAsync());
    }

    [Fact]
    public async Task Reports_that_are_deleted_for_their_age_and_votes_that_are_explained_count_on()
    {
        await ReportAsync("ingest/old", 50, 5, "'2026-01-01T00:00Z'");
        await ReportAsync("ingest/a", 30, 0, "now()");
        await ExecuteAsync("delete from aggregation_stats where minute < '2026-02-01T00:00Z'", _service);
        Assert.Equal(15, await CheckTwiceAsync());

        await ExecuteAsync("insert into statistics_accepted (votes, why) values (14, 'an Ingest was killed')");
        Assert.Equal(1, await CheckTwiceAsync());
        Assert.Equal(
            "80 100 0 5 14",
            await ScalarAsync("select concat_ws(' ', counted, votes_on_record, missing, redelivered, accepted) from statistics_ledger"));
    }

    [Fact]
    public async Task Application_can_neither_explain_votes_nor_change_the_sums_of_deleted_reports()
    {
        foreach (var sql in new[]
        {
            "insert into statistics_accepted (votes, why) values (1000, 'mine')",
            "update statistics_deleted set counted = 1000",
            "delete from statistics_accepted",
        })
        {
            var error = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql, _service));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        }
    }

    [Fact]
    public async Task Check_of_a_silo_compares_once_the_reports_are_due()
    {
        var check = new LedgerCheck(_service, new ReconcileOptions());
        await ExecuteAsync("update statistics_check set sampled_at = now() - interval '4 minutes', on_record = 7");
        await check.RunAsync("", TimeProvider.System, Stop);
        Assert.Equal(7, (await check.ReadRecordAsync(Stop)).Unreported);

        // Of 100 since: their reports are not due yet.
        await check.RunAsync("", TimeProvider.System, Stop);
        Assert.Equal(7, (await check.ReadRecordAsync(Stop)).Unreported);
    }

    private async Task<long> CheckTwiceAsync()
    {
        // The first takes the sample that the second compares.
        await CompareAsync();
        await CompareAsync();
        return await UnreportedAsync();
    }

    private async Task CompareAsync()
    {
        await using var connection = await _service.OpenConnectionAsync(Stop);
        await ReportedVotes.CompareAsync(connection, TimeSpan.Zero, Stop);
    }

    private async Task<long> UnreportedAsync() => (long)(await ScalarAsync("select unreported from statistics_check"))!;

    private Task ReportAsync(string process, int counted, int redelivered, string minute) => ExecuteAsync(
        $"""
        insert into aggregation_stats (process, minute, counted, redelivered)
        values ('{process}', date_trunc('minute', ({minute})::timestamptz), {counted}, {redelivered})
        """);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop);
    }

    private async Task ExecuteAsync(string sql, NpgsqlDataSource? source = null)
    {
        await using var command = (source ?? _owner).CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
