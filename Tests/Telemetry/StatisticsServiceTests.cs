using Npgsql;
using Votes.Telemetry.Statistics;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Telemetry;

[NeedsServers]
public sealed class StatisticsServiceTests(TestServers servers) : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly HandSetClock _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 40, TimeSpan.Zero));
    private readonly ScriptedWork _work = new();
    private readonly LogLines<StatisticsService> _log = new();
    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Stop);
        _source = NpgsqlDataSource.Create(_database.ServiceConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Process_has_a_row_for_each_minute_and_one_for_the_minute_it_stops_in()
    {
        using var service = NewService();
        await service.StartAsync(Stop);
        await PassAsync(new MinuteFigures(10, 6, 1, 2, 1, 7, 12.5, 80));
        await PassAsync(default);
        _work.Next = new MinuteFigures(Received: 3, Counted: 3);
        await service.StopAsync(Stop);

        Assert.Equal(
            ["12:00|10|6|1|2|1|7|12.5|80", "12:01|0|0|0|0|0|0||", "12:02|3|3|0|0|0|0||"],
            await RowsAsync());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Rows_wait_for_a_database_that_is_away_and_are_all_written_then()
    {
        await ExecuteAsync("alter table aggregation_stats rename to away");
        using var service = NewService();
        await service.StartAsync(Stop);
        for (var minute = 1; minute <= 5; minute++)
        {
            await PassAsync(new MinuteFigures(Counted: minute));
        }

        await ExecuteAsync("alter table away rename to aggregation_stats");
        _work.Next = new MinuteFigures(Counted: 6);
        await service.StopAsync(Stop);

        Assert.Equal(6, (await RowsAsync()).Count);
        Assert.Equal(21L, await ScalarAsync("select sum(counted)::bigint from cluster_minutes"));
        Assert.Equal(2, _log.Lines.Count);
        Assert.StartsWith(
            "Warning: The statistics of 1 minutes could not be written: 42P01", _log.Lines.First(), StringComparison.Ordinal);
        Assert.Matches(@"^Information: The database is back after \d+ s; statistics are written again\.$", _log.Lines.Last());
    }

    [Fact]
    public async Task Row_that_is_written_again_is_the_same_row()
    {
        var store = new StatisticsStore(_source, "ingest/a");
        var minute = new DateTime(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);
        await store.WriteAsync([new(minute, new MinuteFigures(Counted: 1))], Stop);
        await store.WriteAsync([new(minute, new MinuteFigures(Counted: 5)), new(minute.AddMinutes(1), default)], Stop);
        await store.WriteAsync([new(minute, new MinuteFigures(Counted: 5))], Stop);

        Assert.Equal(["12:00|0|5|0|0|0|0||", "12:01|0|0|0|0|0|0||"], await RowsAsync());
    }

    [Fact]
    public async Task Rows_older_than_they_are_kept_are_deleted_and_no_others()
    {
        await ExecuteAsync(
            """
            insert into aggregation_stats (process, minute) values
              ('ingest/x', '2026-11-22T12:01Z'), ('ingest/x', '2026-11-22T12:02Z')
            """);
        using var service = NewService(keepFor: TimeSpan.FromDays(1));
        await service.StartAsync(Stop);
        await PassAsync(default);
        await service.StopAsync(Stop);

        Assert.Equal(
            [new DateTime(2026, 11, 22, 12, 2, 0, DateTimeKind.Utc)],
            [(DateTime)(await ScalarAsync("select min(minute) from aggregation_stats"))!]);
        Assert.Equal(3L, await ScalarAsync("select count(*) from aggregation_stats"));
    }

    [Fact]
    public async Task Cluster_s_minute_is_the_sum_of_its_processes_and_tells_the_slowest_flush()
    {
        var minute = new DateTime(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);
        foreach (var (process, figures) in new (string, MinuteFigures)[]
        {
            ("ingest/a", new(Received: 100, Counted: 80, Duplicates: 5, Redelivered: 10, Rejected: 3)),
            ("ingest/b", new(Received: 50, Counted: 50)),
            ("silo/a", new(Batches: 4, FlushP50Ms: 5, FlushP99Ms: 20)),
            ("silo/b", new(Batches: 2, FlushP50Ms: 7, FlushP99Ms: 90)),
            ("silo/c", default),
        })
        {
            await new StatisticsStore(_source, process).WriteAsync([new(minute, figures)], Stop);
        }

        Assert.Equal(
            "2,3,150,130,5,10,3,6,90",
            await ScalarAsync(
                """
                select concat_ws(',', ingests, silos, received, counted, duplicates, redelivered, rejected, batches,
                                 worst_flush_p99_ms)
                  from cluster_minutes
                """));
        Assert.Equal(
            "ingest/a 98 2; ingest/b 50 0",
            await ScalarAsync(
                """
                select string_agg(concat_ws(' ', process, settled, unsettled), '; ' order by process)
                  from process_ledger where process like 'ingest/%'
                """));
    }

    private StatisticsService NewService(TimeSpan? keepFor = null) =>
        new(_work, new StatisticsStore(_source, "ingest/test"), keepFor, _time, _log);

    /// <summary>Ends the minute that the clock is in.</summary>
    private async Task PassAsync(MinuteFigures figures)
    {
        _work.Next = figures;
        _time.Advance(Minute);
        await _work.TakenAsync(Stop);
    }

    private async Task<List<string>> RowsAsync()
    {
        await using var command = _source.CreateCommand(
            """
            select concat_ws('|', to_char(minute at time zone 'UTC', 'HH24:MI'), received, counted, duplicates, redelivered,
                             rejected, batches, coalesce(flush_p50_ms::text, ''), coalesce(flush_p99_ms::text, ''))
              from aggregation_stats order by minute
            """);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<string>();
        while (await reader.ReadAsync(Stop))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.OwnerConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
