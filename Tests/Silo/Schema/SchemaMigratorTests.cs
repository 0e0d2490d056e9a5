using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Votes.Silo.Schema;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Schema;

[NeedsServers]
public sealed class SchemaMigratorTests
{
    private static readonly SchemaScript First = new("0001_first.sql", "create table first (id int);");
    private static readonly SchemaScript Second = new("0002_second.sql", "create table second (id int);");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Eight_migrators_at_once_apply_each_script_once()
    {
        await using var database = await SchemaDatabase.CreateAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => SchemaMigrator.MigrateAsync(database.OwnerConnectionString, NullLogger.Instance, Cancelled),
            Cancelled)));

        var expected = SchemaScripts.Embedded.Select(script => $"{script.Name}|{script.Checksum}").ToArray();
        Assert.Equal(expected, await JournalAsync(database));
        Assert.Equal(["10"], await SchemaDatabase.QueryAsync(database.Owner, "select count(*) from laws"));
    }

    [Fact]
    public async Task Database_that_is_not_of_unicode_is_refused()
    {
        await using var database = await SchemaDatabase.CreateAsync();
        await using var latin = await database.AddSiblingAsync("encoding 'LATIN1' locale 'C' template template0");

        var refused = await Assert.ThrowsAsync<SchemaException>(
            () => SchemaMigrator.MigrateAsync(latin.OwnerConnectionString, NullLogger.Instance, Cancelled));

        Assert.Contains("encoding is LATIN1; it must be UTF8", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_run_changes_nothing()
    {
        await using var database = await SchemaDatabase.CreateMigratedAsync();
        const string Everything =
            "select script, applied_at, xmin from schema_journal union all "
            + "select law_id, updated_at, xmin from laws order by 1";
        var before = await SchemaDatabase.QueryAsync(database.Owner, Everything);

        await SchemaMigrator.MigrateAsync(database.OwnerConnectionString, NullLogger.Instance, Cancelled);

        Assert.Equal(before, await SchemaDatabase.QueryAsync(database.Owner, Everything));
    }

    [Fact]
    public async Task Later_release_applies_only_what_is_new()
    {
        await using var database = await SchemaDatabase.CreateAsync();
        await MigrateAsync(database.OwnerConnectionString, [First]);

        await MigrateAsync(database.OwnerConnectionString, [First, Second]);

        Assert.Equal([Row(First), Row(Second)], await JournalAsync(database));
    }

    [Fact]
    public async Task Failed_script_is_rolled_back_whole_and_those_before_it_stay()
    {
        await using var database = await SchemaDatabase.CreateAsync();
        var failing = new SchemaScript("0002_failing.sql", "create table second (id int); select 1 / 0;");

        var exception = await Assert.ThrowsAsync<SchemaException>(
            () => MigrateAsync(database.OwnerConnectionString, [First, failing]));

        Assert.Contains("0002_failing.sql", exception.Message, StringComparison.Ordinal);
        Assert.Contains("division by zero", exception.Message, StringComparison.Ordinal);
        Assert.Equal([Row(First)], await JournalAsync(database));
        Assert.Equal(
            ["first|-"],
            await SchemaDatabase.QueryAsync(
                database.Owner, "select to_regclass('first')::text, to_regclass('second')::text"));
    }

    [Fact]
    public async Task Newer_schema_is_refused()
    {
        await using var database = await SchemaDatabase.CreateAsync();
        await MigrateAsync(database.OwnerConnectionString, [First, Second]);

        var exception = await Assert.ThrowsAsync<SchemaException>(
            () => MigrateAsync(database.OwnerConnectionString, [First]));

        Assert.Contains(
            "newer than this program, which does not know 0002_second.sql",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edited_script_is_refused_and_nothing_is_applied()
    {
        await using var database = await SchemaDatabase.CreateAsync();
        await MigrateAsync(database.OwnerConnectionString, [First]);
        var edited = new SchemaScript(First.Name, "create table first (id bigint);");

        var exception = await Assert.ThrowsAsync<SchemaException>(
            () => MigrateAsync(database.OwnerConnectionString, [edited, Second]));

        Assert.Contains("0001_first.sql with another text", exception.Message, StringComparison.Ordinal);
        Assert.Equal([Row(First)], await JournalAsync(database));
    }

    [Fact]
    public async Task Lock_that_another_process_holds_is_waited_for_and_then_given_up()
    {
        await using var database = await SchemaDatabase.CreateAsync();
        await using var other = await HoldLockAsync(database);
        var clock = new ImpatientClock();
        var options = new SchemaOptions { LockWait = TimeSpan.FromSeconds(5) };

        var exception = await Assert.ThrowsAsync<SchemaException>(
            () => MigrateAsync(database.OwnerConnectionString, [First], options, clock));

        Assert.Contains("Schema:LockWait", exception.Message, StringComparison.Ordinal);
        Assert.Equal(10, clock.Waits);
    }

    [Fact]
    public async Task Lock_that_is_released_lets_the_next_process_migrate()
    {
        await using var database = await SchemaDatabase.CreateAsync();
        var other = await HoldLockAsync(database);
        var clock = new ImpatientClock(async () => await other.DisposeAsync());

        await MigrateAsync(database.OwnerConnectionString, [First], new SchemaOptions(), clock);

        Assert.Equal([Row(First)], await JournalAsync(database));
    }

    [Fact]
    public async Task Server_that_is_not_up_is_tried_until_the_wait_ends()
    {
        var clock = new ImpatientClock();
        var options = new SchemaOptions { ServerWait = TimeSpan.FromSeconds(5) };

        // Port 1 on the loopback address: nothing listens there.
        await Assert.ThrowsAsync<NpgsqlException>(
            () => MigrateAsync("Host=127.0.0.1;Port=1;Username=nobody;Timeout=5", [First], options, clock));

        Assert.Equal(10, clock.Waits);
    }

    [Fact]
    public async Task Wrong_password_is_not_tried_again()
    {
        await using var database = await SchemaDatabase.CreateAsync();
        var clock = new ImpatientClock();
        var wrong = new NpgsqlConnectionStringBuilder(database.OwnerConnectionString) { Password = "wrong" };

        var exception = await Assert.ThrowsAsync<PostgresException>(
            () => MigrateAsync(wrong.ConnectionString, [First], new SchemaOptions(), clock));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, exception.SqlState);
        Assert.Equal(0, clock.Waits);
    }

    private static Task MigrateAsync(string connectionString, IReadOnlyList<SchemaScript> scripts) =>
        MigrateAsync(connectionString, scripts, new SchemaOptions(), TimeProvider.System);

    private static Task MigrateAsync(
        string connectionString, IReadOnlyList<SchemaScript> scripts, SchemaOptions options, TimeProvider time) =>
        SchemaMigrator.MigrateAsync(connectionString, scripts, options, time, NullLogger.Instance, Cancelled);

    private static Task<string[]> JournalAsync(SchemaDatabase database) =>
        SchemaDatabase.QueryAsync(database.Service, "select script, checksum from schema_journal order by script");

    private static string Row(SchemaScript script) => $"{script.Name}|{script.Checksum}";

    private static async Task<NpgsqlConnection> HoldLockAsync(SchemaDatabase database)
    {
        // The key that all releases share. Unpooled: disposing of the connection ends the session that holds it.
        var connection = new NpgsqlConnection($"{database.OwnerConnectionString};Pooling=false");
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand("select pg_advisory_lock(x'766F7465735F6462'::bigint)", connection);
        await command.ExecuteNonQueryAsync(Cancelled);
        return connection;
    }
}
