using Npgsql;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Schema;

/// <summary>What the tables themselves refuse, whoever asks.</summary>
[NeedsServers]
public sealed class VoteTablesTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    private const string InsertAudit =
        "insert into vote_audit (law_id, voter, vote_id, choice, cast_at) "
        + "values ($1, gen_random_uuid(), gen_random_uuid(), $2, now())";

    private const string InsertDuplicate =
        "insert into duplicate_attempts (law_id, voter, vote_id, choice, counted_vote_id) "
        + "values ($1, gen_random_uuid(), gen_random_uuid(), $2, gen_random_uuid())";

    private const string InsertResult = "insert into vote_results (law_id, choice, total) values ($1, $2, 0)";

    private readonly SchemaDatabase _database = migrated.Database;

    public static TheoryData<string> AppendOnlyTables => ["vote_audit", "duplicate_attempts"];

    public static TheoryData<string, string> Inserts => new()
    {
        { "vote_audit", InsertAudit },
        { "duplicate_attempts", InsertDuplicate },
        { "vote_results", InsertResult },
    };

    [Theory]
    [MemberData(nameof(AppendOnlyTables))]
    public async Task Application_adds_to_and_reads_the_record_and_cannot_change_it(string table)
    {
        await AsService(table == "vote_audit" ? InsertAudit : InsertDuplicate, $"append-{table}", "yes");
        var count = $"select count(*) from {table} where law_id = 'append-{table}'";
        Assert.Equal(["1"], await AsService(count));

        await AssertRefused(PostgresErrorCodes.InsufficientPrivilege, $"update {table} set choice = 'no'");
        await AssertRefused(PostgresErrorCodes.InsufficientPrivilege, $"update {table} set law_id = law_id");
        await AssertRefused(PostgresErrorCodes.InsufficientPrivilege, $"delete from {table}");
        await AssertRefused(PostgresErrorCodes.InsufficientPrivilege, $"truncate {table}");
        await AssertRefused(PostgresErrorCodes.InsufficientPrivilege, $"drop table {table}");

        Assert.Equal(["1"], await AsService(count));
    }

    [Theory]
    [InlineData("delete from vote_results")]
    [InlineData("delete from laws")]
    [InlineData("update voter_key set fingerprint = fingerprint")]
    [InlineData("delete from voter_key")]
    [InlineData("insert into orleansquery values ('k', 'q')")]
    [InlineData("update orleansquery set querytext = ''")]
    [InlineData("insert into schema_journal (script, checksum) values ('9999_x.sql', repeat('0', 64))")]
    [InlineData("update ended_sign_ins set expires_at = now()")]
    [InlineData("update operator_log set who = who")]
    [InlineData("delete from operator_log")]
    [InlineData("truncate operator_log")]
    [InlineData("insert into operator_log (who, action, outcome, at) values ('w', 'a', 'done', now())")]
    [InlineData("insert into operator_log (who, action, outcome, entry_id) overriding system value values ('w', 'a', 'done', 7)")]
    [InlineData("create table another (id int)")]
    [InlineData("create temp table another (id int)")]
    public Task Application_has_no_rights_beyond_its_work(string statement) =>
        AssertRefused(PostgresErrorCodes.InsufficientPrivilege, statement);

    [Theory]
    [MemberData(nameof(Inserts))]
    public async Task Ids_and_choices_are_held_to_the_limits_of_the_message(string table, string insert)
    {
        // Limits are in characters, not bytes: each of these has two or four.
        await AsService(insert, new string('ä', 128), "yes");
        await AsService(insert, $"choice-{table}", string.Concat(Enumerable.Repeat("🗳", 64)));

        await AssertRefused($"{table}_law_id_ck", insert, new string('a', 129), "yes");
        await AssertRefused($"{table}_law_id_ck", insert, "", "yes");
        await AssertRefused($"{table}_choice_ck", insert, $"choice-{table}", new string('a', 65));
        await AssertRefused($"{table}_choice_ck", insert, $"choice-{table}", "");
    }

    [Fact]
    public async Task Voter_has_one_counted_vote_on_a_law()
    {
        const string Insert =
            "insert into vote_audit (law_id, voter, vote_id, choice, cast_at) "
            + "values ('one-vote', '00000000-0000-0000-0000-000000000001', gen_random_uuid(), $1, now())";
        await AsService(Insert, "yes");

        await AssertRefused("vote_audit_pk", Insert, "no");
    }

    [Fact]
    public async Task Attempt_is_no_duplicate_of_itself() =>
        await AssertRefused(
            "duplicate_attempts_counted_vote_id_ck",
            "insert into duplicate_attempts (law_id, voter, vote_id, choice, counted_vote_id) "
            + "select 'self', id, id, 'yes', id from gen_random_uuid() as id");

    [Theory]
    [InlineData("laws_law_id_ck", "insert into laws (law_id) values ('')")]
    [InlineData("laws_law_id_ck", "insert into laws (law_id) values (repeat('a', 129))")]
    [InlineData("laws_law_id_ck", "insert into laws (law_id) values (E'a\\tb')")]
    [InlineData("laws_law_id_ck", "insert into laws (law_id) values (E'a\\u0085b')")]
    [InlineData("laws_title_ck", "insert into laws (law_id, title) values ('bad', repeat('a', 501))")]
    [InlineData("laws_title_ck", "insert into laws (law_id, title) values ('bad', E'a\\nb')")]
    [InlineData("laws_status_ck", "insert into laws (law_id, status) values ('bad', 'ajar')")]
    [InlineData("laws_choices_ck", "insert into laws (law_id, choices) values ('bad', '{}')")]
    [InlineData("laws_choices_ck", "insert into laws (law_id, choices) values ('bad', '{a,b,a}')")]
    [InlineData("laws_choices_ck", "insert into laws (law_id, choices) values ('bad', '{a,null}')")]
    [InlineData("laws_choices_ck", "insert into laws (law_id, choices) values ('bad', '{a,\"\"}')")]
    [InlineData("laws_choices_ck", "insert into laws (law_id, choices) values ('bad', '{{a,b},{c,d}}')")]
    [InlineData("laws_choices_ck", "insert into laws (law_id, choices) values ('bad', array[repeat('a', 65)])")]
    [InlineData("laws_choices_ck", "insert into laws (law_id, choices) values ('bad', array[E'a\\u0001'])")]
    [InlineData(
        "laws_choices_ck",
        "insert into laws (law_id, choices) select 'bad', array_agg(i::text) from generate_series(1, 101) i")]
    [InlineData("laws_window_ck", "insert into laws (law_id, opens_at, closes_at) values ('bad', now(), now())")]
    public Task Malformed_law_is_refused(string constraint, string statement) => AssertRefused(constraint, statement);

    [Fact]
    public async Task Law_at_its_limits_is_taken()
    {
        await AsService(
            "insert into laws (law_id, title, choices) "
            + "select repeat('z', 128), repeat('ä', 500), array_agg(repeat('c', 60) || i) "
            + "from generate_series(1001, 1100) i");

        Assert.Equal(
            ["open|100"],
            await AsService("select status, cardinality(choices) from laws where law_id = repeat('z', 128)"));
    }

    [Fact]
    public async Task Edited_law_tells_when_and_an_edit_that_changes_nothing_does_not()
    {
        await AsService(
            "insert into laws (law_id, created_at, updated_at) values ('edited', '2020-01-01Z', '2020-01-01Z')");
        const string Touched =
            "select updated_at > '2020-01-01Z', created_at = '2020-01-01Z' from laws where law_id = 'edited'";

        await AsService("update laws set title = '' where law_id = 'edited'");
        Assert.Equal(["False|True"], await AsService(Touched));

        await AsService("update laws set title = 'New title' where law_id = 'edited'");
        Assert.Equal(["True|True"], await AsService(Touched));
    }

    [Fact]
    public async Task Voter_key_has_one_row()
    {
        const string Insert = "insert into voter_key (fingerprint) values (decode(repeat('ab', 32), 'hex'))";
        await AssertRefused("voter_key_fingerprint_ck", "insert into voter_key (fingerprint) values ('\\xab')");
        await AsService(Insert);

        await AssertRefused("voter_key_pk", Insert);
        await AssertRefused("voter_key_only_row_ck", Insert.Replace("(fingerprint)", "(only_row, fingerprint)")
            .Replace("(decode", "(false, decode"));
    }

    [Fact]
    public async Task Statistics_take_whole_minutes_and_no_negative_figures()
    {
        const string Insert = "insert into aggregation_stats (process, minute, received) values ('silo-1', $1, $2)";
        var minute = new DateTime(2026, 1, 1, 12, 30, 0, DateTimeKind.Utc);
        await AsService(Insert, minute, 1L);

        await AssertRefused("aggregation_stats_minute_ck", Insert, minute.AddSeconds(1), 1L);
        await AssertRefused("aggregation_stats_figures_ck", Insert, minute.AddMinutes(1), -1L);
    }

    [Fact]
    public async Task Nothing_but_its_key_stands_between_a_vote_and_the_audit()
    {
        Assert.Equal(
            ["vote_audit_counted_at_idx|brin", "vote_audit_pk|btree"],
            await AsService(
                "select c.relname, m.amname from pg_index i join pg_class c on c.oid = i.indexrelid "
                + "join pg_am m on m.oid = c.relam where i.indrelid = 'vote_audit'::regclass order by 1"));
        Assert.Equal(["0"], await AsService("select count(*) from pg_trigger where tgrelid = 'vote_audit'::regclass"));
    }

    private Task<string[]> AsService(string sql, params object[] parameters) =>
        SchemaDatabase.QueryAsync(_database.Service, sql, parameters);

    private async Task AssertRefused(string stateOrConstraint, string sql, params object[] parameters)
    {
        var exception = await Assert.ThrowsAsync<PostgresException>(() => AsService(sql, parameters));
        Assert.Equal(stateOrConstraint, exception.ConstraintName ?? exception.SqlState);
    }
}
