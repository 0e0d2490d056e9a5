using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Votes.Telemetry.Clocks;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Reconcile;
using Xunit;

namespace Votes.Tests.Telemetry.Clocks;

[NeedsServers]
public sealed class ClockWatchTests(TestServers servers) : IAsyncLifetime
{
    // The faked clock stands still while a loaded machine asks.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);

    private readonly FakeTimeProvider _machine = new();
    private readonly LoggedLines<ClockWatch> _log = new();
    private readonly List<TimeSpan> _reported = [];
    private NpgsqlDataSource _database = null!;
    private DatabaseTime _time = null!;
    private ClockWatch _watch = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var server = await servers.PostgresAsync(Stop);
        _database = NpgsqlDataSource.Create(server.SuperuserConnectionString());
        _time = new DatabaseTime(_machine);
        _watch = new ClockWatch(new DatabaseClock(_database, _machine), _time, Tolerance, _reported.Add, _log);
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_clock_that_is_an_hour_fast_is_refused_and_the_time_is_the_database_s()
    {
        _machine.AdjustTime(await DatabaseTimeAsync() + TimeSpan.FromHours(1));

        var refused = await Assert.ThrowsAsync<ClockException>(() => _watch.CheckAsync(Stop));

        Assert.Contains("Cluster:ClockTolerance", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, Math.Round(Assert.Single(_reported).TotalHours));
        Assert.Equal(-1, Math.Round((_time.GetUtcNow() - _machine.GetUtcNow()).TotalHours));
    }

    [Fact]
    public async Task A_clock_that_goes_wrong_and_right_again_is_one_line_each()
    {
        _machine.AdjustTime(await DatabaseTimeAsync() - TimeSpan.FromHours(1));
        await _watch.CompareAsync(Stop);
        await _watch.CompareAsync(Stop);
        await SetRightAsync();
        await _watch.CompareAsync(Stop);
        await _watch.CompareAsync(Stop);

        Assert.Single(_log.At(LogLevel.Error));
        Assert.Single(_log.At(LogLevel.Information));
        Assert.Equal(4, _reported.Count);
    }

    private async Task SetRightAsync() => _machine.AdjustTime(await DatabaseTimeAsync());

    private async Task<DateTimeOffset> DatabaseTimeAsync()
    {
        await using var select = _database.CreateCommand("select clock_timestamp()");
        return new DateTimeOffset((DateTime)(await select.ExecuteScalarAsync(Stop))!, TimeSpan.Zero);
    }
}
