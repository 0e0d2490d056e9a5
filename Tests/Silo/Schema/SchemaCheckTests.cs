using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Votes.Silo.Schema;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Schema;

[NeedsServers]
public sealed class SchemaCheckTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);
    private static readonly SchemaScript Later = new("9999_later.sql", "create table later (id int);");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Known_schema_lets_the_application_start()
    {
        await using var database = await SchemaDatabase.CreateMigratedAsync();

        await SchemaCheck.EnsureKnownAsync(database.Service, NullLogger.Instance, TimeSpan.Zero, Cancelled);
    }

    [Fact]
    public async Task Newer_schema_is_refused_at_once()
    {
        await using var database = await SchemaDatabase.CreateMigratedAsync();
        await MigrateToLaterAsync(database);
        var clock = new ImpatientClock();

        var exception = await Assert.ThrowsAsync<SchemaException>(
            () => CheckAsync(database.Service, SchemaScripts.Embedded, clock));

        Assert.Contains(
            "newer than this program, which does not know 9999_later.sql",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Equal(0, clock.Waits);
    }

    [Fact]
    public async Task Older_schema_is_refused_after_the_wait()
    {
        await using var database = await SchemaDatabase.CreateMigratedAsync();
        var clock = new ImpatientClock();

        var exception = await Assert.ThrowsAsync<SchemaException>(
            () => CheckAsync(database.Service, [.. SchemaScripts.Embedded, Later], clock));

        Assert.Contains("it lacks 9999_later.sql", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Votes.Silo migrate", exception.Message, StringComparison.Ordinal);
        Assert.Equal(20, clock.Waits);
    }

    [Fact]
    public async Task Database_without_a_schema_is_refused_after_the_wait()
    {
        await using var database = await SchemaDatabase.CreateAsync();
        var clock = new ImpatientClock();

        var exception = await Assert.ThrowsAsync<SchemaException>(
            () => CheckAsync(database.Service, SchemaScripts.Embedded, clock));

        Assert.Contains("0001_votes.sql", exception.Message, StringComparison.Ordinal);
        Assert.Equal(20, clock.Waits);
    }

    [Fact]
    public async Task Older_schema_that_is_migrated_meanwhile_lets_the_application_start()
    {
        await using var database = await SchemaDatabase.CreateMigratedAsync();
        var clock = new ImpatientClock(() => MigrateToLaterAsync(database));

        await CheckAsync(database.Service, [.. SchemaScripts.Embedded, Later], clock);

        Assert.Equal(1, clock.Waits);
    }

    [Fact]
    public async Task Server_that_is_not_up_is_tried_until_the_wait_ends()
    {
        // Port 1 on the loopback address: nothing listens there.
        await using var dataSource = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=5");
        var clock = new ImpatientClock();

        await Assert.ThrowsAsync<NpgsqlException>(() => CheckAsync(dataSource, SchemaScripts.Embedded, clock));

        Assert.Equal(20, clock.Waits);
    }

    private static Task CheckAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<SchemaScript> scripts, TimeProvider time) =>
        SchemaCheck.EnsureKnownAsync(dataSource, scripts, Wait, RetryInterval, time, NullLogger.Instance, Cancelled);

    private static Task MigrateToLaterAsync(SchemaDatabase database) =>
        SchemaMigrator.MigrateAsync(
            database.OwnerConnectionString,
            [.. SchemaScripts.Embedded, Later],
            new SchemaOptions(),
            TimeProvider.System,
            NullLogger.Instance,
            Cancelled);
}
