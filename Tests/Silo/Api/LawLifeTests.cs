using System.Net;
using System.Text.Json;
using Votes.Tests.Grains;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Silo.Api;

/// <summary>What becomes of a law: its closing, what is shown of it, and its end. This silo knows no broker.</summary>
[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class LawLifeTests(SharedApi api)
{
    private readonly ApiSilo _silo = api.Silo;

    [Fact]
    public async Task Where_the_broker_cannot_be_asked_a_law_is_closed_by_force_alone()
    {
        await _silo.CreateAsync("unasked");

        var refused = await Change("unasked", """{"close":true}""");

        Assert.StartsWith("It is not known whether votes wait to be counted: This silo knows no broker", refused.Detail(HttpStatusCode.Conflict));
        Assert.Equal(JsonValueKind.Null, refused.Json.GetProperty("waiting").ValueKind);
        Assert.Equal("open", await StatusAsync("unasked"));
        Assert.Equal("closed", (await Change("unasked", """{"close":true,"force":true}""")).Ok().GetProperty("status").GetString());
        (await Change("unasked", """{"close":true}""")).Ok();
    }

    [Fact]
    public async Task A_closing_that_waits_is_shown_takes_votes_never_closes_unasked_and_can_be_called_off()
    {
        await _silo.CreateAsync("waits");

        var asked = (await Change("waits", """{"close":"when_drained"}""")).Ok();
        Assert.Equal("closing", asked.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, asked.GetProperty("closed_at").ValueKind);
        var since = asked.GetProperty("closing_since").GetDateTimeOffset();
        Assert.Equal(since, (await Change("waits", """{"close":"when_drained"}""")).Ok().GetProperty("closing_since").GetDateTimeOffset());
        Assert.Equal(1, (await _silo.VoteAsync("waits", VoteSamples.By(1))).Counted);
        await UntilAsync("waits", "closing");
        var law = await UntilAsync(
            () => _silo.GetAsync("/api/laws/waits"),
            static law => law.GetProperty("closing_waits_for").GetString()!.StartsWith("This silo knows no broker", StringComparison.Ordinal));
        Assert.Equal("closing", law.GetProperty("status").GetString());
        Assert.Contains(
            "waits", (await _silo.GetAsync("/api/laws?status=closing")).Ok().GetProperty("laws").EnumerateArray()
                .Select(static row => row.GetProperty("law_id").GetString()));

        var calledOff = (await Change("waits", """{"close":false}""")).Ok();
        Assert.Equal("open", calledOff.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, calledOff.GetProperty("closing_since").ValueKind);
        Assert.Equal(1, (await _silo.VoteAsync("waits", VoteSamples.By(2))).Counted);
    }

    [Fact]
    public async Task When_totals_changed_and_when_the_law_was_closed_are_told_and_stay()
    {
        await _silo.CreateAsync("moments");
        Assert.Equal(JsonValueKind.Null, (await _silo.GetAsync("/api/laws/moments/tally")).Ok().GetProperty("changed_at").ValueKind);
        await _silo.VoteAsync("moments", VoteSamples.By(1));

        var tally = (await _silo.GetAsync("/api/laws/moments/tally")).Ok();
        var changedAt = tally.GetProperty("changed_at").GetDateTimeOffset();
        await _silo.VoteAsync("moments", VoteSamples.By(1));
        var closed = (await Change("moments", """{"close":true,"force":true}""")).Ok();
        var final = await UntilAsync("moments", "closed");

        Assert.Equal(changedAt, final.GetProperty("changed_at").GetDateTimeOffset());
        Assert.True(closed.GetProperty("closed_at").GetDateTimeOffset() > changedAt);
        var export = (await _silo.GetAsync("/api/laws/moments/export.ndjson")).Body.Split('\n')[0];
        var row = JsonDocument.Parse(export).RootElement;
        Assert.Equal(changedAt, row.GetProperty("changed_at").GetDateTimeOffset());
        Assert.Equal(
            closed.GetProperty("closed_at").GetDateTimeOffset(), row.GetProperty("closed_at").GetDateTimeOffset());
        Assert.Equal("closed", row.GetProperty("status").GetString());
        Assert.All([tally, closed, final], static answer => Assert.DoesNotMatch(@"\.\d{7}", answer.GetRawText()));
    }

    [Fact]
    public async Task A_vote_that_is_rejected_after_the_closing_is_counted_as_such_once_however_often_it_comes()
    {
        await _silo.CreateAsync("late");
        await _silo.VoteAsync("late", VoteSamples.By(1));
        await Change("late", """{"close":true,"force":true}""");

        var late = VoteSamples.By(2);
        Assert.Single((await _silo.VoteAsync("late", late)).Rejected);
        Assert.Equal(2, (await _silo.VoteAsync("late", late, VoteSamples.By(3), VoteSamples.By(1))).Rejected.Length);

        Assert.Equal(2, (await _silo.GetAsync("/api/laws/late")).Ok().GetProperty("rejected_after_close").GetInt64());
        Assert.EndsWith(",2", (await _silo.GetAsync("/api/laws/late/export.csv")).Body.Split("\r\n")[1]);
    }

    [Fact]
    public async Task A_hidden_law_is_in_no_list_and_is_read_by_its_id()
    {
        await _silo.CreateAsync("hidden-law", "Hidden Act");
        await _silo.VoteAsync("hidden-law", VoteSamples.By(1));

        Assert.True((await Change("hidden-law", """{"hidden":true}""")).Ok().GetProperty("hidden").GetBoolean());
        Assert.Empty(await FoundAsync());
        Assert.Equal("Hidden Act", (await _silo.GetAsync("/api/laws/hidden-law")).Ok().GetProperty("title").GetString());
        Assert.Equal(1, (await _silo.GetAsync("/api/laws/hidden-law/tally")).Ok().GetProperty("total").GetInt64());

        await Change("hidden-law", """{"hidden":false}""");
        Assert.Equal(["hidden-law"], await FoundAsync());

        async Task<string[]> FoundAsync() =>
        [
            .. (await _silo.GetAsync("/api/laws?search=hidden-law")).Ok().GetProperty("laws").EnumerateArray()
                .Select(static law => law.GetProperty("law_id").GetString()!),
        ];
    }

    [Fact]
    public async Task A_law_without_votes_is_deleted_is_gone_everywhere_takes_no_vote_and_can_be_made_anew()
    {
        // As a typing error of a publisher leaves it: no operator may make such an id.
        const string Id = "mistyped\u200b";
        const string Address = "/api/laws/mistyped%E2%80%8B";
        await api.ExecuteAsync($"insert into laws (law_id) values ('{Id}')");
        (await _silo.GetAsync($"{Address}/tally")).Ok();

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(Address)).Status);

        foreach (var address in new[] { "", "/tally", "/export.csv", "/history", "/live" })
        {
            (await _silo.GetAsync(Address + address)).Detail(HttpStatusCode.NotFound);
        }

        (await DeleteAsync(Address)).Detail(HttpStatusCode.NotFound);
        (await _silo.SendAsync(HttpMethod.Patch, Address, """{"title":"x"}""", ApiSilo.OperatorKey)).Detail(HttpStatusCode.NotFound);
        Assert.Single((await _silo.VoteAsync(Id, VoteSamples.By(1))).Rejected);

        await _silo.CreateAsync("again");
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync("/api/laws/again")).Status);
        await _silo.CreateAsync("again", "Second");
        Assert.Equal("Second", (await _silo.GetAsync("/api/laws/again")).Ok().GetProperty("title").GetString());
        await UntilAsync("again", "open");
        Assert.Equal(1, (await _silo.VoteAsync("again", VoteSamples.By(1))).Counted);
    }

    [Fact]
    public async Task A_law_that_has_votes_is_not_deleted_and_stays_as_it_was()
    {
        await _silo.CreateAsync("voted");
        await _silo.VoteAsync("voted", VoteSamples.By(1));

        Assert.StartsWith("The law cannot be deleted. It has votes.", (await DeleteAsync("/api/laws/voted")).Detail(HttpStatusCode.Conflict));

        Assert.Equal("open", await StatusAsync("voted"));
        Assert.Equal(1, (await _silo.VoteAsync("voted", VoteSamples.By(2))).Counted);
    }

    [Fact]
    public async Task Choices_are_added_to_an_open_law_and_none_is_taken_away()
    {
        await _silo.CreateAsync("grows");
        Assert.Single((await _silo.VoteAsync("grows", VoteSamples.By(1, "maybe"))).Rejected);

        var grown = (await Change("grows", """{"add_choices":["maybe"]}""")).Ok();

        Assert.Equal(
            ["yes", "no", "abstain", "maybe"], grown.GetProperty("choices").EnumerateArray().Select(static c => c.GetString()));
        await UntilAsync(
            () => _silo.GetAsync("/api/laws/grows/tally"), static tally => tally.GetProperty("choices").GetArrayLength() == 4);
        Assert.Equal(1, (await _silo.VoteAsync("grows", VoteSamples.By(1, "maybe"))).Counted);
        Assert.StartsWith(
            "The law's choices and those to be added must be different from each other in more than capitals and blanks: 'maybe' and 'Maybe'",
            (await Change("grows", """{"add_choices":["Maybe"]}""")).Detail(HttpStatusCode.BadRequest));
        await Change("grows", """{"close":true,"force":true}""");
        Assert.StartsWith("The law is closed", (await Change("grows", """{"add_choices":["more"]}""")).Detail(HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("history?from=1.12.2026", "from is '1.12.2026'; it must be a date with a time and an offset")]
    [InlineData("history.csv?from=1.12.2026", "from is '1.12.2026'; it must be a date with a time and an offset")]
    [InlineData("history?to=2026-12-24", "to is '2026-12-24'; it must be a date with a time and an offset")]
    public async Task Times_in_addresses_are_not_guessed(string query, string detail) => Assert.StartsWith(
        detail, (await _silo.GetAsync($"/api/laws/law-2026-001/{query}")).Detail(HttpStatusCode.BadRequest));

    [Fact]
    public async Task The_last_page_that_there_can_be_names_no_next_one()
    {
        await api.ExecuteAsync("insert into laws (law_id) select 'paged-' || n from generate_series(1, 1002) n");

        var last = (await _silo.GetAsync("/api/laws?search=paged-&limit=1&page=1000&sort=recent")).Ok();
        var before = (await _silo.GetAsync("/api/laws?search=paged-&limit=1&page=999&sort=recent")).Ok();
        await api.ExecuteAsync("delete from laws where law_id like 'paged-%'");

        Assert.False(last.GetProperty("more").GetBoolean());
        Assert.StartsWith("Lists end at page 1000", last.GetProperty("note").GetString());
        Assert.True(before.GetProperty("more").GetBoolean());
        Assert.Equal(JsonValueKind.Null, before.GetProperty("note").ValueKind);
    }

    [Fact]
    public async Task Who_comes_back_to_a_stream_is_told_at_once_that_the_law_was_closed()
    {
        await _silo.CreateAsync("closed-meanwhile");
        await _silo.VoteAsync("closed-meanwhile", VoteSamples.By(1));
        string id;
        await using (var first = await EventStream.OpenAsync(_silo, "/api/laws/closed-meanwhile/live"))
        {
            id = await first.UntilAsync("closed-meanwhile", 1);
        }

        await Change("closed-meanwhile", """{"close":true,"force":true}""");
        await UntilAsync("closed-meanwhile", "closed");
        await using var again = await EventStream.OpenAsync(_silo, "/api/laws/closed-meanwhile/live", id);
        Assert.Equal(["retry: 2000", "", "id: 1f"], [await again.LineAsync(), await again.LineAsync(), await again.LineAsync()]);
    }

    private Task<ApiAnswer> Change(string lawId, string json) =>
        _silo.SendAsync(HttpMethod.Patch, $"/api/laws/{lawId}", json, ApiSilo.OperatorKey);

    private Task<ApiAnswer> DeleteAsync(string address) =>
        _silo.SendAsync(HttpMethod.Delete, address, null, ApiSilo.OperatorKey);

    private async Task<string> StatusAsync(string lawId) =>
        (await _silo.GetAsync($"/api/laws/{lawId}")).Ok().GetProperty("status").GetString()!;

    private Task<JsonElement> UntilAsync(string lawId, string status) => UntilAsync(
        () => _silo.GetAsync($"/api/laws/{lawId}/tally"),
        tally => tally.GetProperty("status").GetString() == status && (status != "closed" || tally.GetProperty("final").GetBoolean()));

    private static async Task<JsonElement> UntilAsync(Func<Task<ApiAnswer>> ask, Func<JsonElement, bool> isIt)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            if (await ask() is { Status: HttpStatusCode.OK } answer && isIt(answer.Json))
            {
                return answer.Json;
            }
        }
    }
}
