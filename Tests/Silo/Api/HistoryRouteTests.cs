using System.Net;
using System.Text.Json;
using Votes.Silo.Api;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class HistoryRouteTests(SharedApi api, TestServers servers)
{
    private readonly ApiSilo _silo = api.Silo;

    [Fact]
    public async Task Totals_grow_step_by_step()
    {
        // Votes at 11:30 (before), 12:00:00 and 12:00:59 (step 1), 12:02:00 (step 3), and after the end.
        await api.ExecuteAsync(
            """
            insert into laws (law_id) values ('history');
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at, counted_at)
            select 'history', gen_random_uuid(), gen_random_uuid(), choice, at::timestamptz, at::timestamptz
              from (values ('yes', '2026-03-01T11:30:00Z'), ('yes', '2026-03-01T12:00:00Z'),
                           ('no', '2026-03-01T12:00:59Z'), ('yes', '2026-03-01T12:02:00Z'),
                           ('yes', '2026-03-01T12:03:00Z'), ('abstain', '2026-03-01T13:00:00Z')) as v(choice, at);
            insert into vote_results (law_id, choice, total) values
              ('history', 'yes', 4), ('history', 'no', 1), ('history', 'abstain', 1);
            """);

        var history = (await _silo.GetAsync(
            "/api/laws/history/history?from=2026-03-01T12:00:00Z&to=2026-03-01T12:03:00Z&step=60")).Ok();

        Assert.Equal("""["abstain","no","yes"]""", history.GetProperty("choices").GetRawText());
        Assert.Equal("[0,0,1]", history.GetProperty("before").GetRawText());
        Assert.Equal(
            [
                "2026-03-01T12:01:00+00:00 2 [0,1,2]", "2026-03-01T12:02:00+00:00 0 [0,1,2]",
                "2026-03-01T12:03:00+00:00 1 [0,1,3]",
            ],
            history.GetProperty("points").EnumerateArray().Select(static p =>
                $"{p.GetProperty("at")} {p.GetProperty("votes")} {p.GetProperty("totals").GetRawText()}"));
    }

    [Fact]
    public async Task A_history_is_a_whole_file_from_the_database_and_from_the_cache()
    {
        await using var database = await servers.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var owner = Npgsql.NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var fill = owner.CreateCommand(
            """
            insert into laws (law_id) values ('file');
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at, counted_at)
            select 'file', gen_random_uuid(), gen_random_uuid(), choice, at::timestamptz, at::timestamptz
              from (values ('yes', '2026-03-01T12:00:00Z'), ('no', '2026-03-01T12:00:59Z'), ('yes', '2026-03-01T12:01:00Z'))
                as v(choice, at);
            insert into vote_results (law_id, choice, total) values ('file', 'yes', 2), ('file', 'no', 1);
            """);
        await fill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var silo = await ApiSilo.StartAsync(database.SiloConnectionString, ("Api:CacheFor", "00:10:00"));

        foreach (var from in (string[])["database", "cache"])
        {
            var file = await silo.GetAsync(
                "/api/laws/file/history.csv?from=2026-03-01T12:00:00Z&to=2026-03-01T12:02:00Z&step=60");

            Assert.Equal(from == "cache", file.Headers.ContainsKey("Age"));
            Assert.Equal(
                [
                    "law_id,at,choice,votes,total",
                    "file,2026-03-01T12:01:00.000000Z,no,1,1", "file,2026-03-01T12:01:00.000000Z,yes,1,1",
                    "file,2026-03-01T12:02:00.000000Z,no,0,1", "file,2026-03-01T12:02:00.000000Z,yes,1,2", "",
                ],
                file.Body.ReplaceLineEndings("\n").Split('\n'));
        }
    }

    [Fact]
    public async Task Minutes_that_are_summed_up_say_the_same_as_the_audit()
    {
        // Votes before the sums' begin, in them, after them, and one that the sums alone have: it shows that they are read.
        await using var database = await servers.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var owner = Npgsql.NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var fill = owner.CreateCommand(
            """
            insert into laws (law_id) values ('minutes');
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at, counted_at)
            select 'minutes', gen_random_uuid(), gen_random_uuid(), choice, at::timestamptz, at::timestamptz
              from (values ('yes', '2026-03-01T11:58:30Z'), ('no', '2026-03-01T12:00:59Z'), ('yes', '2026-03-01T12:01:00Z'),
                           ('yes', '2026-03-01T12:02:59Z'), ('yes', '2026-03-01T12:03:30Z')) as v(choice, at);
            insert into vote_results (law_id, choice, total) values ('minutes', 'yes', 4), ('minutes', 'no', 1);
            update minutes_range set since = '2026-03-01T12:00:00Z', until = '2026-03-01T12:03:00Z';
            insert into vote_minutes values ('minutes', '2026-03-01T12:00:00Z', 'no', 1),
              ('minutes', '2026-03-01T12:01:00Z', 'yes', 1), ('minutes', '2026-03-01T12:02:00Z', 'yes', 1);
            """);
        await fill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var silo = await ApiSilo.StartAsync(database.SiloConnectionString);
        const string Minutes = "/api/laws/minutes/history?from=2026-03-01T11:58:00Z&to=2026-03-01T12:04:00Z&step=120";
        const string Audit = "/api/laws/minutes/history?from=2026-03-01T11:58:00Z&to=2026-03-01T12:04:00.1Z&step=120";

        var fromMinutes = (await silo.GetAsync(Minutes)).Ok().GetProperty("points");
        Assert.Equal(["[0,1]", "[1,2]", "[1,4]"], fromMinutes.EnumerateArray().Select(Totals));
        Assert.Equal(
            fromMinutes.EnumerateArray().Select(Totals),
            (await silo.GetAsync(Audit)).Ok().GetProperty("points").EnumerateArray().Take(3).Select(Totals));

        // With a total that allows for it.
        await using var change = owner.CreateCommand(
            "update vote_minutes set votes = 2 where choice = 'no'; update vote_results set total = 2 where choice = 'no'");
        await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            3, (await silo.GetAsync(Minutes)).Ok().GetProperty("points")[1].GetProperty("votes").GetInt64());

        // Votes that were taken out after their minute was summed up: the history is the audit's, and not below zero.
        await using var takeOut = owner.CreateCommand(
            """
            delete from vote_audit where law_id = 'minutes' and choice = 'yes' and counted_at > '2026-03-01T12:00:00Z';
            update vote_results set total = 1, version = version + 1 where law_id = 'minutes';
            """);
        await takeOut.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var after = (await silo.GetAsync(Minutes)).Ok();
        Assert.Equal("[0,0]", after.GetProperty("before").GetRawText());
        Assert.Equal(["[0,1]", "[1,1]", "[1,1]"], after.GetProperty("points").EnumerateArray().Select(Totals));

        static string Totals(JsonElement point) => point.GetProperty("totals").GetRawText();
    }

    [Fact]
    public async Task Votes_without_a_total_are_in_the_history()
    {
        await api.ExecuteAsync(
            """
            insert into laws (law_id) values ('history-lost');
            insert into vote_audit (law_id, voter, vote_id, choice, cast_at, counted_at)
            values ('history-lost', gen_random_uuid(), gen_random_uuid(), 'yes', '2026-03-01Z', '2026-03-01T12:00:00Z');
            """);

        var history = (await _silo.GetAsync(
            "/api/laws/history-lost/history?from=2026-03-01T12:00:00Z&to=2026-03-01T12:01:00.5Z&step=60")).Ok();

        Assert.Equal("""["yes"]""", history.GetProperty("choices").GetRawText());
        Assert.Equal("[0]", history.GetProperty("before").GetRawText());
        Assert.Equal("[1]", history.GetProperty("points")[0].GetProperty("totals").GetRawText());
    }

    [Theory]
    [InlineData("12:00:00", "12:10:00", 60, true)]
    [InlineData("12:00:00", "12:10:00", 90, false)]
    [InlineData("12:00:01", "12:10:00", 60, false)]
    [InlineData("12:00:00", "12:10:01", 60, false)]
    [InlineData("12:00:00", "12:30:01", 60, true)]
    public void Minutes_are_read_as_such_where_no_step_begins_or_ends_in_one(string from, string to, int step, bool isSo)
    {
        var day = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var query = HistoryQuery.Parse(day + Time(from), day + Time(to), step, day.AddDays(1));

        Assert.Equal(isSo, query.IsOfMinutes(day + Time("12:30:00")));

        static TimeSpan Time(string text) => TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_last_hour_ends_with_the_totals_of_now()
    {
        await _silo.CreateAsync("history-now");
        await _silo.VoteAsync("history-now", VoteSamples.Of(5));

        var history = (await _silo.GetAsync("/api/laws/history-now/history")).Ok();

        // The test's clock and the database's are one machine's; the votes may be a moment after "now" was read.
        Assert.Equal(60, history.GetProperty("points").GetArrayLength());
        Assert.Equal(60, history.GetProperty("step_seconds").GetInt64());
        Assert.Equal("[5]", history.GetProperty("points")[59].GetProperty("totals").GetRawText());
    }

    [Theory]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from must be before to")]
    [InlineData("from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from must be before to, by 366 days")]
    [InlineData("step=0", "step is 0")]
    [InlineData("step=7", "step is 7; it counts seconds, from 1, and must make at most 500 points: for this range 8 or more")]
    [InlineData("from=yesterday", "from is 'yesterday'; it must be a date with a time and an offset")]
    [InlineData("from=2026-01-01T02:00:00+02:00", "from is '2026-01-01T02:00:00 02:00'; it must be a date with a time")]
    [InlineData("to=9999-12-31T00:00:00Z", "to must be a time after 1971")]
    [InlineData("to=0001-01-01T00:00:00Z", "to must be a time after 1971")]
    public async Task A_range_that_makes_no_sense_is_a_bad_request(string query, string detail)
    {
        await api.ExecuteAsync("insert into laws (law_id) values ('history-bad') on conflict do nothing");

        Assert.StartsWith(
            detail, (await _silo.GetAsync($"/api/laws/history-bad/history?{query}")).Detail(HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(501, false)]
    public void A_history_has_a_most_number_of_points(int seconds, bool isValid)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var exception = Record.Exception(() => HistoryQuery.Parse(now.AddSeconds(-seconds), now, 1, now));

        Assert.Equal(isValid, exception is null);
    }
}
