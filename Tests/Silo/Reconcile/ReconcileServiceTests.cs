using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Prometheus;
using Votes.Grains;
using Votes.Ingest;
using Votes.LocalCluster;
using Votes.Silo.Closing;
using Votes.Silo.Hosting;
using Votes.Silo.Reconcile;
using Votes.Telemetry.Clocks;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Reconcile;

[NeedsServers]
public sealed partial class ReconcileServiceTests(TestServers servers) : IAsyncLifetime
{
    /// <summary>Ten laws, law-0 to law-9, with ten votes each: 6 yes and 4 no.</summary>
    internal const string TenLaws = """
        insert into vote_audit (law_id, voter, vote_id, choice, cast_at)
        select 'law-' || n / 10, gen_random_uuid(), gen_random_uuid(), case when n % 10 < 6 then 'yes' else 'no' end, now()
          from generate_series(0, 99) as n;
        insert into vote_results (law_id, choice, total, version)
        select law_id, choice, count(*), 1 from vote_audit group by law_id, choice;
        """;

    private TestDatabase _database = null!;
    private NpgsqlDataSource _owner = null!;
    private NpgsqlDataSource _service = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Stop);
        _owner = NpgsqlDataSource.Create(_database.OwnerConnectionString);
        _service = NpgsqlDataSource.Create(_database.SiloConnectionString);
        await ExecuteAsync(TenLaws);
    }

    public async ValueTask DisposeAsync()
    {
        await _owner.DisposeAsync();
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Exact_totals_show_no_difference_and_when_they_were_checked()
    {
        var silo = new Scene(_service, new ReconcileOptions());
        await silo.LookAsync();

        Assert.Equal(0, await silo.MetricAsync("votes_reconcile_difference"));
        Assert.Equal(0, await silo.MetricAsync("votes_reconcile_laws_differing"));
        Assert.True(await silo.MetricAsync("votes_reconcile_last_success_timestamp_seconds") > 0);
        Assert.True(await silo.MetricAsync("votes_reconcile_last_sweep_timestamp_seconds") > 0);
        Assert.Empty(silo.Log.At(LogLevel.Error));
    }

    [Fact]
    public async Task Difference_is_shown_by_all_silos_and_logged_once_a_change()
    {
        var (first, second) = (new Scene(_service, new ReconcileOptions()), new Scene(_service, new ReconcileOptions()));
        await ExecuteAsync(
            """
            update vote_results set total = total + 5 where law_id = 'law-3' and choice = 'yes';
            delete from vote_results where law_id = 'law-7' and choice = 'no';
            """);

        await first.LookAsync();
        await second.LookAsync();
        await NextIntervalAsync();
        await first.LookAsync();

        Assert.Equal(2, first.Log.At(LogLevel.Error).Count());
        Assert.Contains(first.Log.At(LogLevel.Error), static line =>
            line.StartsWith("The total of law law-3, choice yes, is 11, but 6 votes are on record", StringComparison.Ordinal));
        Assert.Empty(second.Log.At(LogLevel.Error));
        Assert.Equal(9, await second.MetricAsync("votes_reconcile_difference"));
        Assert.Equal(2, await second.MetricAsync("votes_reconcile_laws_differing"));

        await ExecuteAsync("update vote_results set total = total + 1 where law_id = 'law-3' and choice = 'yes'");
        await NextIntervalAsync();
        await second.LookAsync();
        Assert.Contains("is 12, but 6", Assert.Single(second.Log.At(LogLevel.Error)), StringComparison.Ordinal);

        await ExecuteAsync(
            """
            update vote_results set total = 6 where law_id = 'law-3' and choice = 'yes';
            insert into vote_results (law_id, choice, total, version) values ('law-7', 'no', 4, 1);
            """);
        await NextIntervalAsync();
        await first.LookAsync();
        Assert.Equal(0, await first.MetricAsync("votes_reconcile_difference"));
        Assert.Contains(first.Log.At(LogLevel.Information), static line =>
            line.StartsWith("2 laws that differed are right again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Slices_go_through_all_laws_and_every_check_looks_at_those_known_to_differ()
    {
        // 25 votes: three laws a check, so that the fourth ends a sweep of ten laws.
        var silo = new Scene(_service, new ReconcileOptions { VotesPerCheck = 25 });
        await ExecuteAsync("update vote_results set total = total + 1 where law_id = 'law-1' and choice = 'yes'");
        await ExecuteAsync("delete from vote_results where law_id = 'law-9'");
        var rows = new List<string>();
        for (var check = 0; check < 5; check++)
        {
            await silo.LookAsync();
            rows.Add($"{await RecordAsync()} {await silo.MetricAsync("votes_reconcile_difference")}");
            await NextIntervalAsync();
        }

        // From the second check on, the ten votes of law-1 are recounted beside the slice.
        Assert.Equal(["law-2 30 False 1", "law-5 40 False 1", "law-8 40 False 1", " 20 True 11", "law-2 40 True 11"], rows);
    }

    [Fact]
    public async Task Check_of_an_interval_is_done_once_however_many_silos_ask()
    {
        var check = new LedgerCheck(_service, new ReconcileOptions());
        var claims = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => check.TryClaimAsync(Stop)));
        Assert.Equal("", Assert.Single(claims, static claim => claim is not null));

        // A silo that died in its check has had the turn.
        Assert.Null(await check.TryClaimAsync(Stop));
        await ExecuteAsync("update reconcile_state set claimed_at = now() - interval '4 minutes 50 seconds'");
        Assert.Null(await check.TryClaimAsync(Stop));
        await ExecuteAsync("update reconcile_state set claimed_at = now() - interval '5 minutes'");
        Assert.NotNull(await check.TryClaimAsync(Stop));
    }

    [Fact]
    public async Task Check_that_takes_too_long_is_warned_of_once_and_records_nothing()
    {
        var silo = new Scene(_service, new ReconcileOptions { StatementTimeout = TimeSpan.FromSeconds(1) });
        await using (var connection = await _owner.OpenConnectionAsync(Stop))
        await using (var transaction = await connection.BeginTransactionAsync(Stop))
        {
            await using var hold = new NpgsqlCommand("lock table vote_audit in access exclusive mode", connection);
            await hold.ExecuteNonQueryAsync(Stop);
            await silo.LookAsync();
            await NextIntervalAsync();
            await silo.LookAsync();
        }

        Assert.Contains("Reconcile:StatementTimeout", Assert.Single(silo.Log.At(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Equal(2, await silo.MetricAsync("votes_reconcile_failures_total"));
        await NextIntervalAsync();
        await silo.LookAsync();
        Assert.True(await silo.MetricAsync("votes_reconcile_last_success_timestamp_seconds") > 0);
    }

    [Theory]
    [InlineData("00:00:10", "00:00:01", 1, null)]
    [InlineData("1.00:00:00", "01:00:00", 1_000_000_000, null)]
    [InlineData("00:00:09.999", "00:00:01", 1, "Reconcile:Interval")]
    [InlineData("1.00:00:00.001", "00:00:01", 1, "Reconcile:Interval")]
    [InlineData("00:05:00", "00:00:00.999", 1, "Reconcile:StatementTimeout")]
    [InlineData("02:00:00", "01:00:00.001", 1, "Reconcile:StatementTimeout")]
    [InlineData("00:05:00", "00:05:00", 1, "Reconcile:StatementTimeout")]
    [InlineData("00:05:00", "00:01:00", 0, "Reconcile:VotesPerCheck")]
    [InlineData("00:05:00", "00:01:00", 1_000_000_001, "Reconcile:VotesPerCheck")]
    [InlineData("00:05:00", "00:01:00", 1, null, 0.001)]
    [InlineData("00:05:00", "00:01:00", 1, null, 1)]
    [InlineData("00:05:00", "00:01:00", 1, "Reconcile:Share", 0.0009)]
    [InlineData("00:05:00", "00:01:00", 1, "Reconcile:Share", 1.0001)]
    public void Options_are_bounded(string interval, string timeout, int votes, string? complaint, double share = 0.1)
    {
        var result = new AnnotatedOptions<ReconcileOptions>(ReconcileOptions.Section).Validate(null, new ReconcileOptions
        {
            Interval = TimeSpan.Parse(interval, null),
            StatementTimeout = TimeSpan.Parse(timeout, null),
            VotesPerCheck = votes,
            Share = share,
        });

        Assert.Equal(complaint is null, result.Succeeded);
        Assert.StartsWith(complaint ?? "", Assert.Single(result.Failures ?? [""]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alert_rules_ask_for_metrics_that_exist()
    {
        var registry = Metrics.NewCustomRegistry();
        _ = new ReconcileMetrics(registry);
        _ = new IngestMetrics(Metrics.WithCustomRegistry(registry));
        _ = new TallyMetrics(Options.Create(new LawTallyOptions()), TimeProvider.System, registry);
        _ = Metrics.WithCustomRegistry(registry).CreateGauge(ClockSetup.Metric, ClockSetup.MetricHelp);
        _ = Metrics.WithCustomRegistry(registry).CreateGauge(ClosingService.Metric, ClosingService.MetricHelp);
        using var text = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(text, Stop);
        var page = Encoding.UTF8.GetString(text.ToArray());
        var rules = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "prometheus", "alerts.yml"), Stop);
        var names = rules.Where(static line => line.TrimStart().StartsWith("expr:", StringComparison.Ordinal))
            .SelectMany(static line => MetricName.Matches(line)).Select(static match => match.Value).ToHashSet();

        Assert.Equal(11, names.Count);
        Assert.All(names, name => Assert.Contains($"# TYPE {name} ", page, StringComparison.Ordinal));
    }

    [GeneratedRegex("votes_[a-z_]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricName { get; }

    private Task NextIntervalAsync() => ExecuteAsync("update reconcile_state set claimed_at = '-infinity'");

    private async Task<string> RecordAsync()
    {
        await using var command = _owner.CreateCommand(
            "select next_law || ' ' || audit_rows || ' ' || case when swept_at is null then 'False' else 'True' end from reconcile_state");
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    /// <summary>What one silo has of it.</summary>
    private sealed class Scene
    {
        private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
        private readonly ReconcileService _service;

        public Scene(NpgsqlDataSource database, ReconcileOptions options) => _service = new ReconcileService(
            new LedgerCheck(database, options), new ReconcileMetrics(_registry), Options.Create(options), TimeProvider.System, Log);

        public LoggedLines<ReconcileService> Log { get; } = new();

        public Task LookAsync() => _service.LookAsync(Stop);

        public async Task<double> MetricAsync(string name)
        {
            using var text = new MemoryStream();
            await _registry.CollectAndExportAsTextAsync(text, Stop);
            var line = Encoding.UTF8.GetString(text.ToArray()).Split('\n')
                .Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
            return double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
