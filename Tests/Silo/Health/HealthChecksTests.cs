using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Votes.Grains.Flush;
using Votes.Ingest;
using Votes.Silo.Health;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Health;

/// <summary>What <c>/health/ready</c> says while the database answers and nothing can be committed.</summary>
[NeedsServers]
public sealed class HealthChecksTests(TestServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_takes_no_writes_is_degraded_with_its_sqlstate()
    {
        await using var database = await servers.CreateDatabaseAsync(Stop);
        await using (var writable = NpgsqlDataSource.Create(database.SiloConnectionString))
        {
            Assert.Equal(HealthStatus.Healthy, (await CheckAsync(new DatabaseCheck(writable))).Status);
        }

        // As after a failover that left this server a standby.
        var readOnly = new NpgsqlConnectionStringBuilder(database.SiloConnectionString)
        {
            Options = "-c default_transaction_read_only=on",
        };
        await using var source = NpgsqlDataSource.Create(readOnly);
        var result = await CheckAsync(new DatabaseCheck(source));

        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Contains("25006", result.Description, StringComparison.Ordinal);
        Assert.Contains("Target Session Attributes=primary", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_unhealthy()
    {
        await using var source = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=votes_service;Timeout=1");

        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(new DatabaseCheck(source))).Status);
    }

    [Fact]
    public async Task Flushes_that_fail_are_degraded_with_their_sqlstate()
    {
        var time = new FakeTimeProvider();
        var store = new StoreState(time, NullLogger<StoreState>.Instance);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(new FlushCheck(store))).Status);

        store.Unavailable(0, 0, "57014", "canceling wait for synchronous replication", 412);
        time.Advance(TimeSpan.FromSeconds(7));
        var result = await CheckAsync(new FlushCheck(store));

        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Equal(
            "No vote becomes durable: flushes have failed for 7 s (57014): canceling wait for synchronous replication",
            result.Description);
    }

    [Fact]
    public async Task An_ingest_whose_votes_are_held_is_degraded()
    {
        var state = new IngestState { HasCluster = true };
        string? why = null;
        state.Watch(static () => true, () => why);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(state)).Status);

        why = "TimeoutException: no answer";
        var result = await CheckAsync(state);

        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Equal("consuming, but votes are held and sent again: TimeoutException: no answer", result.Description);
    }

    private static Task<HealthCheckResult> CheckAsync(IHealthCheck check) =>
        check.CheckHealthAsync(new HealthCheckContext(), Stop);
}
