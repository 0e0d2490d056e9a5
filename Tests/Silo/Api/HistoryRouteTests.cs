using System.Net;
using System.Text.Json;
using Votes.Silo.Api;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class HistoryRouteTests(SharedApi api)
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
    [InlineData("from=yesterday", "Failed to bind parameter \"time from\" from \"yesterday\"")]
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
