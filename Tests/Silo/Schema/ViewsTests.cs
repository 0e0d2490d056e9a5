using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Schema;

/// <summary>The analysts' figures, on rows that are known.</summary>
[NeedsServers]
public sealed class ViewsTests(MigratedDatabase migrated) : IClassFixture<MigratedDatabase>
{
    private readonly SchemaDatabase _database = migrated.Database;

    [Fact]
    public async Task Law_totals_give_each_named_choice_its_total_and_share()
    {
        await Query("insert into laws (law_id, title) values ('totals', 'Totals')");
        await Query("insert into vote_results values ('totals', 'no', 1), ('totals', 'yes', 2)");

        Assert.Equal(
            [
                "Totals|open|yes|1|2|3|0.666667",
                "Totals|open|no|2|1|3|0.333333",
                "Totals|open|abstain|3|0|3|0.000000",
            ],
            await LawTotals("totals"));
    }

    [Fact]
    public async Task Law_totals_follow_the_law_s_own_choices_and_show_others_that_hold_votes()
    {
        await Query("insert into laws (law_id, title, choices) values ('own', 'Own', '{north,south}')");
        await Query("insert into vote_results (law_id, choice, total) values ('own', 'yes', 1), ('own', 'south', 3)");

        Assert.Equal(
            ["Own|open|north|1|0|4|0.000000", "Own|open|south|2|3|4|0.750000", "Own|open|yes|-|1|4|0.250000"],
            await LawTotals("own"));
    }

    [Fact]
    public async Task Law_without_votes_has_no_shares()
    {
        await Query("insert into laws (law_id, title, status, choices) values ('quiet', 'Quiet', 'closed', '{a,b}')");

        Assert.Equal(["Quiet|closed|a|1|0|0|-", "Quiet|closed|b|2|0|0|-"], await LawTotals("quiet"));
    }

    [Fact]
    public async Task Totals_of_a_law_that_is_not_registered_show()
    {
        await Query("insert into vote_results (law_id, choice, total) values ('unregistered', 'yes', 5)");

        Assert.Equal(["-|-|yes|-|5|5|1.000000"], await LawTotals("unregistered"));
    }

    [Fact]
    public async Task Turnout_counts_votes_by_minute_and_hour_and_runs_on()
    {
        await Audit("turnout", "2026-03-01T10:00:00Z", 2);
        await Audit("turnout", "2026-03-01T10:00:59.999999Z", 1);
        await Audit("turnout", "2026-03-01T10:59:00Z", 4);
        await Audit("turnout", "2026-03-01T11:00:00Z", 8);

        Assert.Equal(
            ["10:00|3|3", "10:59|4|7", "11:00|8|15"],
            await Query(
                "select to_char(minute at time zone 'UTC', 'HH24:MI'), votes, votes_so_far from turnout_by_minute "
                + "where law_id = 'turnout' order by minute"));
        Assert.Equal(
            ["10:00|7|7", "11:00|8|15"],
            await Query(
                "select to_char(hour at time zone 'UTC', 'HH24:MI'), votes, votes_so_far from turnout_by_hour "
                + "where law_id = 'turnout' order by hour"));
    }

    [Fact]
    public async Task Busiest_laws_count_the_last_hour_and_rank_by_it()
    {
        // One transaction, one now(): what is just inside an hour stays inside while the view is read.
        await using var connection = await _database.Service.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction =
            await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            insert into laws (law_id, title) values ('busy-1', 'Busy');
            insert into vote_results (law_id, choice, total) values ('busy-1', 'yes', 4), ('busy-1', 'no', 5);
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at, counted_at)
            select law_id, gen_random_uuid(), gen_random_uuid(), 'yes', now(), now() - age
              from (values ('busy-1', interval '1 hour', 3), ('busy-1', interval '1 hour 1 second', 9),
                           ('busy-2', interval '1 minute', 1), ('busy-2', interval '61 seconds', 1)
                   ) as v(law_id, age, n)
             cross join generate_series(1, n);
            select string_agg(concat_ws('|', law_id, title, votes_last_minute, votes_last_hour, law_total), ' ')
              from (select * from busiest_laws limit 2) as b;
            """;

        Assert.Equal(
            "busy-1|Busy|0|3|9 busy-2|1|2|0", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Ledger_shows_totals_that_differ_from_the_votes_they_stand_for()
    {
        await Audit("ledger-exact", "2026-03-01Z", 3);
        await Audit("ledger-off", "2026-03-01Z", 3);
        await Audit("ledger-swapped", "2026-03-01Z", 3);
        await Audit("ledger-lost", "2026-03-01Z", 3);
        await Query(
            "insert into vote_results (law_id, choice, total) values "
            + "('ledger-exact', 'yes', 3), ('ledger-off', 'yes', 5), ('ledger-swapped', 'no', 3), "
            + "('ledger-invented', 'yes', 7)");

        Assert.Equal(
            [
                "ledger-exact|yes|3|3|0", "ledger-invented|yes|7|0|7", "ledger-lost|yes|0|3|-3", "ledger-off|yes|5|3|2",
                "ledger-swapped|no|3|0|3", "ledger-swapped|yes|0|3|-3",
            ],
            await Query("select * from vote_ledger where law_id like 'ledger-%' order by law_id, choice"));
        Assert.Equal(
            [
                "ledger-exact|3|3|0|0", "ledger-invented|7|0|7|1", "ledger-lost|0|3|-3|1", "ledger-off|5|3|2|1",
                "ledger-swapped|3|3|0|2",
            ],
            await Query("select * from law_ledger where law_id like 'ledger-%' order by law_id"));
    }

    [Fact]
    public async Task Sample_laws_are_open_and_one_has_its_own_choices()
    {
        Assert.Equal(
            ["10|10|1"],
            await Query(
                "select count(*), count(*) filter (where status = 'open'), count(choices) from laws "
                + "where law_id ~ '^law-2026-0(0[1-9]|10)$'"));
    }

    private Task<string[]> LawTotals(string law) =>
        Query(
            "select title, status, choice, place, total, law_total, share from law_totals where law_id = $1", law);

    private Task<string[]> Audit(string law, string countedAt, int votes) =>
        Query(
            "insert into vote_audit (law_id, voter, vote_id, choice, cast_at, counted_at) "
            + "select $1, gen_random_uuid(), gen_random_uuid(), 'yes', now(), $2::text::timestamptz "
            + "from generate_series(1, $3)",
            law,
            countedAt,
            votes);

    private Task<string[]> Query(string sql, params object[] parameters) =>
        SchemaDatabase.QueryAsync(_database.Service, sql, parameters);
}
