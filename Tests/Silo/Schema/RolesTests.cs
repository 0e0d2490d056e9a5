using Npgsql;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Schema;

/// <summary>What each role of <c>db/bootstrap/roles.sql</c> must not be able to do, and what it must, on a real server.</summary>
[NeedsServers]
public sealed class RolesTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    private const string Owner = "votes_owner";
    private const string Service = "votes_service";
    private const string Silo = "votes_silo";
    private const string Ingest = "votes_ingest";
    private const string Read = "votes_read";
    private const string Reader = "votes_reader";

    private const string CountOne = "select * from count_votes(array['x'], array[gen_random_uuid()], "
        + "array[gen_random_uuid()], array['yes'], array[now()])";

    // What moves totals without votes, or votes without totals.
    private static readonly string[] Counts =
    [
        "update vote_results set total = total + 1000000",
        "update vote_results set updated_at = now()",
        "insert into vote_results (law_id, choice, total) values ('x', 'yes', 1)",
        "insert into vote_audit (law_id, voter, vote_id, choice, cast_at) "
            + "values ('x', gen_random_uuid(), gen_random_uuid(), 'yes', now())",
        "insert into duplicate_attempts (law_id, voter, vote_id, choice, counted_vote_id) "
            + "values ('x', gen_random_uuid(), gen_random_uuid(), 'yes', gen_random_uuid())",
    ];

    // What falsifies votes, charts or the membership.
    private static readonly string[] Writes =
    [
        CountOne,
        "select * from laws_locked(array['x'])",
        "select hold_laws(array['x'])",
        "select pg_advisory_lock(1987015781, 3)",
        "select pg_logical_emit_message(false, 'x', 'x')",
        "select pg_logical_emit_message(false, 'x', '\\x00'::bytea)",
        "select pg_try_advisory_lock(1987015781, 3)",
        "select pg_advisory_xact_lock_shared(1987015781, 3)",
        "update laws set status = 'open'",
        "insert into laws (law_id) values ('x')",
        "insert into vote_minutes (law_id, minute, choice, votes) values ('x', now(), 'yes', 1)",
        "update minutes_range set until = now()",
        "delete from reconcile_differences",
        "update reconcile_state set checked_at = now()",
        "delete from aggregation_stats",
        "delete from orleans_silo",
        "update orleans_silo set status = 6",
        "insert into orleans_cluster (deployment_id) values ('x')",
        "insert into orleans_grain_state (service_id, grain_type, n0, n1, ext, version) values ('x', 'x', 0, 0, 'x', 1)",
    ];

    // What nobody but the owner may do.
    private static readonly string[] Structure =
    [
        "delete from vote_audit",
        "update vote_audit set choice = 'no'",
        "delete from vote_results",
        "delete from laws",
        "delete from vote_minutes",
        "insert into law_archives (law_id, file, sha256, votes) values ('x', 'x', '', 1)",
        "update orleansquery set querytext = ''",
        "insert into schema_journal (script, checksum) values ('x', 'x')",
        "update voter_key set fingerprint = ''",
        "create table mine (id int)",
        "create temporary table mine (id int)",
        "alter table laws disable trigger all",
        "select lo_from_bytea(0, 'x')",
        "select lo_create(0)",
        "copy laws to program 'true'",
        "select pg_read_file('/etc/passwd')",
    ];

    private readonly SchemaDatabase _database = migrated.Database;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Forbidden()
    {
        var matrix = new TheoryData<string, string>();
        foreach (var role in new[] { Service, Silo, Ingest, Read, Reader })
        {
            foreach (var statement in Structure)
            {
                matrix.Add(role, statement);
            }
        }

        foreach (var role in new[] { Silo, Ingest, Read, Reader })
        {
            foreach (var statement in Counts)
            {
                matrix.Add(role, statement);
            }
        }

        foreach (var role in new[] { Ingest, Read, Reader })
        {
            foreach (var statement in Writes)
            {
                matrix.Add(role, statement);
            }
        }

        foreach (var role in new[] { Read, Reader })
        {
            matrix.Add(role, "insert into voter_key (fingerprint) values ('')");
            matrix.Add(role, "insert into aggregation_stats (process, minute) values ('x', now())");
            matrix.Add(role, "select * from voter_key");
            matrix.Add(role, "select * from orleans_silo");
        }

        matrix.Add(Reader, "select * from vote_audit");
        matrix.Add(Reader, "select * from duplicate_attempts");
        matrix.Add(Ingest, "select * from vote_audit");
        matrix.Add(Ingest, "select * from vote_results");
        matrix.Add(Ingest, "select * from laws");
        return matrix;
    }

    [Theory]
    [MemberData(nameof(Forbidden))]
    public async Task Statement_is_refused(string role, string statement)
    {
        // A role can take back its own read-only default: that must not be what protects a table.
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => RunAsync(role, statement, "-c default_transaction_read_only=off"));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Theory]
    [InlineData(Ingest, "select script from schema_journal")]
    [InlineData(Ingest, "select fingerprint from voter_key")]
    [InlineData(Ingest, "insert into voter_key (fingerprint) values (sha256('x')) on conflict do nothing")]
    [InlineData(Ingest, "select * from orleans_silo")]
    [InlineData(Ingest, "insert into aggregation_stats (process, minute) values ('x', date_trunc('minute', now())) "
        + "on conflict on constraint aggregation_stats_pk do update set received = excluded.received")]
    [InlineData(Silo, CountOne)]
    [InlineData(Silo, "select * from laws_locked(array['law-2026-001'])")]
    [InlineData(Silo, "update laws set title = title")]
    [InlineData(Service, "select * from vote_ledger")]
    [InlineData(Service, "update vote_results set version = version + 1")]
    [InlineData(Read, "select * from vote_audit")]
    [InlineData(Read, "select * from vote_minutes")]
    [InlineData(Reader, "select * from law_totals")]
    [InlineData(Reader, "select * from turnout_by_hour")]
    [InlineData(Reader, "select * from vote_ledger")]
    [InlineData(Reader, "select * from vote_minutes")]
    [InlineData(Reader, "select * from cluster_minutes")]
    public Task Statement_is_allowed(string role, string statement) => RunAsync(role, statement);

    [Theory]
    [InlineData(Read)]
    [InlineData(Reader)]
    public async Task Session_of_a_role_that_reads_is_read_only(string role) =>
        Assert.Equal(["on"], await RunAsync(role, "show transaction_read_only"));

    [Theory]
    [InlineData(Service)]
    [InlineData(Silo)]
    [InlineData(Ingest)]
    [InlineData(Read)]
    [InlineData(Reader)]
    [InlineData(Owner)]
    public async Task No_role_of_ours_may_connect_to_other_databases(string role)
    {
        foreach (var other in new[] { "postgres", "template1" })
        {
            var builder = new NpgsqlConnectionStringBuilder(_database.ConnectionString(role)) { Database = other, Pooling = false };
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Cancelled));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Fact]
    public async Task Table_of_a_later_script_is_read_by_the_api_and_written_by_nobody_else()
    {
        await SchemaDatabase.QueryAsync(_database.Owner, "create table later (id int)");

        Assert.Empty(await RunAsync(Read, "select * from later"));
        foreach (var role in new[] { Ingest, Reader })
        {
            await Assert.ThrowsAsync<PostgresException>(() => RunAsync(role, "select * from later"));
        }
    }

    [Fact]
    public async Task Silo_cannot_count_a_vote_on_a_closed_law()
    {
        await SchemaDatabase.QueryAsync(_database.Owner, "insert into laws (law_id, status) values ('closed', 'closed')");

        var kinds = await RunAsync(Silo, CountOne.Replace("'x'", "'closed'", StringComparison.Ordinal)
            .Replace("*", "kind", StringComparison.Ordinal));

        Assert.Equal(["at", "closed"], kinds.Order());
        Assert.Empty(await SchemaDatabase.QueryAsync(_database.Owner, "select * from vote_audit where law_id = 'closed'"));
        Assert.Empty(await SchemaDatabase.QueryAsync(_database.Owner, "select * from vote_results where law_id = 'closed'"));
    }

    [Fact]
    public async Task Silo_sees_the_open_transactions_of_silos_that_log_in_as_before()
    {
        await using var before = NpgsqlDataSource.Create(_database.ConnectionString(Service));
        await using var connection = await before.OpenConnectionAsync(Cancelled);
        await using var transaction = await connection.BeginTransactionAsync(Cancelled);

        // The driver sends its BEGIN with the first statement.
        await using var first = new NpgsqlCommand("select 1", connection, transaction);
        await first.ExecuteScalarAsync(Cancelled);

        Assert.Equal(
            ["True"],
            await RunAsync(
                Silo,
                $"select exists (select from counting_transactions() as began where began <= now()) "
                + $"and not exists (select xact_start from pg_stat_activity where pid = {connection.ProcessID} "
                + "and xact_start is not null)"));
    }

    [Theory]
    [InlineData("""
        create or replace function grant_rights() returns void language plpgsql as $$
          begin execute 'alter role votes_reader superuser'; end $$
        """)]
    [InlineData("""
        create schema evil;
        create function evil.to_regclass(text) returns regclass language plpgsql as $$
          begin execute 'alter role votes_reader superuser'; return null; end $$;
        do $$ begin execute format('alter database %I set search_path = evil, pg_catalog, public', current_database()); end $$
        """)]
    public async Task Superuser_who_runs_the_bootstrap_again_runs_nothing_of_the_owner(string trap)
    {
        await using var database = await SchemaDatabase.CreateMigratedAsync();
        await using (var owner = NpgsqlDataSource.Create(database.ConnectionString(Owner)))
        {
            await using var set = owner.CreateCommand(trap);
            await set.ExecuteNonQueryAsync(Cancelled);
        }

        await database.BootstrapAgainAsync();

        Assert.Equal(["False"], await SchemaDatabase.QueryAsync(
            _database.Owner, "select rolsuper from pg_roles where rolname = 'votes_reader'"));
    }

    [Fact]
    public async Task Bootstrap_gives_new_roles_the_rights_that_the_scripts_give()
    {
        await using var database = await SchemaDatabase.CreateMigratedAsync();
        var byScripts = await RightsAsync(database);
        await SchemaDatabase.QueryAsync(
            database.Owner, "revoke all on all tables in schema public from votes_ingest, votes_read, votes_reader");

        await database.BootstrapAgainAsync();

        Assert.NotEmpty(byScripts);
        Assert.Equal(byScripts, await RightsAsync(database));
    }

    private static Task<string[]> RightsAsync(SchemaDatabase database) => SchemaDatabase.QueryAsync(
        database.Owner,
        """
        select grantee, table_name, privilege_type from information_schema.role_table_grants
         where table_schema = 'public' and grantee in ('votes_ingest', 'votes_read', 'votes_reader') order by 1, 2, 3
        """);

    private async Task<string[]> RunAsync(string role, string statement, string? options = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(_database.ConnectionString(role)) { Pooling = false, Options = options };
        await using var source = NpgsqlDataSource.Create(builder);
        return await SchemaDatabase.QueryAsync(source, statement);
    }
}
