using Microsoft.Playwright;
using Votes.Tests.Servers;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Votes.Tests.Browser;

[NeedsServers]
[Collection(PagesTests.Name)]
public sealed class ResultsPageTests(PagesCluster site)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bars_move_while_votes_are_published()
    {
        await site.CreateLawAsync("moving", "Night Trains Act");
        await site.VoteAsync("moving", "yes", 3);
        await using var page = await site.OpenAsync("/laws/moving");
        await Expect(page["#total"]).ToHaveTextAsync("3");
        await Expect(page["[data-choice=yes] .choice-share"]).ToHaveTextAsync("100.0 %");
        await Expect(page["#explain"]).ToHaveTextAsync("");

        await site.VoteAsync("moving", "no", 1);

        await Expect(page["#total"]).ToHaveTextAsync("4");
        await Expect(page["[data-choice=yes] .choice-share"]).ToHaveTextAsync("75.0 %");
        await Expect(page["[data-choice=no] .choice-votes"]).ToHaveTextAsync("1 vote");
        Assert.Equal("75%", await WidthAsync(page, "yes"));
        Assert.Equal("25%", await WidthAsync(page, "no"));
        await Expect(page["#pending"]).ToHaveTextAsync("0");
        await Expect(page["#connection"]).ToHaveTextAsync("Live");
        await Expect(page["#chart svg"]).ToHaveAttributeAsync("role", "img");
        await Expect(page["#state"]).ToHaveTextAsync("Open");

        // Each vote is in one bar, whether the history or the live stream told of it first.
        await page.Page.WaitForFunctionAsync(
            "[...document.querySelectorAll('#chart title')].reduce((n, t) => n + Number(t.textContent.match(/: (\\d+) per/)[1]), 0) === 4");
        await page.KeepAsync("law-light");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_start_page_shows_live_totals_and_finds_laws()
    {
        await site.CreateLawAsync("found-1", "Public Libraries Act");
        await site.CreateLawAsync("found-2", "Public Baths Act");
        await site.VoteAsync("found-1", "yes", 2);
        await using var page = await site.OpenAsync("/");
        await page["#search"].FillAsync("public l");
        await Expect(page["#laws > li"]).ToHaveCountAsync(1);
        await Expect(page["[data-law=found-1] .votes"]).ToHaveTextAsync("2 votes");

        await site.VoteAsync("found-1", "no", 2);

        await Expect(page["[data-law=found-1] .votes"]).ToHaveTextAsync("4 votes");
        await Expect(page["[data-law=found-1] .legend"]).ToHaveTextAsync("yes50.0 %no50.0 %abstain0.0 %");
        await page["#search"].FillAsync("public");
        await Expect(page["[data-law=found-2] .votes"]).ToHaveTextAsync("0 votes");
        await page["#search"].FillAsync("");
        await Expect(page["#list-title"]).ToHaveTextAsync("Laws with the most votes");
        await Expect(page["#now"]).ToBeVisibleAsync();
        await page.KeepAsync("start-light");
        await page["#status"].SelectOptionAsync("closed");
        await page["#search"].FillAsync("found-1");
        await Expect(page["#notice"]).ToContainTextAsync("Nothing found");
        await page.Page.WaitForURLAsync("**/?search=found-1&status=closed");
        await page.KeepAsync("start-nothing-found");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_start_page_names_the_laws_that_votes_come_in_for()
    {
        await site.CreateLawAsync("arriving", "Ferries Act");
        await using var page = await site.OpenAsync("/");
        await Expect(page["#all-backlog"]).ToBeVisibleAsync();

        // Until the page has asked while they count: they leave the board after ten seconds.
        var row = page["#now-laws [data-law=arriving]"];
        while (await row.CountAsync() == 0)
        {
            await site.VoteAsync("arriving", "yes", 50);
        }

        await Expect(page["#now"]).ToContainTextAsync("Busiest at this moment");
        await page.KeepAsync("start-busy", fullPage: false);
        await row.Locator("a").ClickAsync();
        await Expect(page["h1"]).ToHaveTextAsync("Ferries Act");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_time_of_a_law_is_told()
    {
        var now = TimeProvider.System.GetUtcNow();
        await site.CreateLawAsync("time-1", "Past Act", now.AddDays(-2), now.AddDays(-1));
        await site.CreateLawAsync("time-2", "Coming Act", now.AddDays(1), now.AddDays(2));
        await using var page = await site.OpenAsync("/?search=time-");
        await Expect(page["[data-law=time-1] .badge"]).ToHaveTextAsync("Voting ended");
        await Expect(page["[data-law=time-2] .badge"]).ToHaveTextAsync("Not open yet");
        await page["[data-law=time-2] a"].ClickAsync();
        await Expect(page["#state"]).ToHaveTextAsync("Not open yet");
        await Expect(page["#explain"]).ToHaveTextAsync(
            "Voting has not begun. Votes that are cast before it does are not counted.");

        await page.GoAsync(new Uri(site.Address, "/laws/time-1"));

        await Expect(page["#state"]).ToHaveTextAsync("Voting ended");
        await page.KeepAsync("law-voting-ended");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_closed_law_is_shown_as_final()
    {
        await site.CreateLawAsync("closing", "Summer Time Act");
        await site.VoteAsync("closing", "yes", 5);
        await using var page = await site.OpenAsync("/laws/closing", colours: ColorScheme.Dark);
        await Expect(page["#total"]).ToHaveTextAsync("5");

        await site.CloseLawAsync("closing");

        await Expect(page["#state"]).ToHaveTextAsync("Closed, final result");
        await Expect(page["#connection"]).ToHaveTextAsync("Final");
        await Expect(page["#explain"]).ToContainTextAsync("no vote can change these totals any more");
        await page.KeepAsync("law-closed-dark");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_page_goes_on_at_another_silo_when_its_own_is_killed()
    {
        await site.CreateLawAsync("surviving", "Harbour Act");
        await site.VoteAsync("surviving", "yes", 1);
        await using var page = await site.OpenAsync("/laws/surviving");
        await Expect(page["#total"]).ToHaveTextAsync("1");
        await page.Page.EvaluateAsync(
            "window.states = []; new MutationObserver(() => states.push(document.getElementById('connection').textContent))"
            + ".observe(document.getElementById('connection'), { childList: true })");
        var silo = site.Cluster.Silos[0];

        await silo.KillAsync(Stop);
        try
        {
            await Expect(page["#connection"]).ToHaveTextAsync("Live");
            await site.VoteAsync("surviving", "no", 1);
            await Expect(page["#total"]).ToHaveTextAsync("2");
            Assert.Contains("Reconnecting …", await page.Page.EvaluateAsync<string[]>("states"));
        }
        finally
        {
            silo.Start();
            await silo.WaitUntilReadyAsync(TimeSpan.FromSeconds(90), Stop);
        }

        // The lost connection itself is the one thing to complain of.
        Assert.All(page.Complaints, static complaint => Assert.StartsWith("Failed to load resource: net::", complaint));
    }

    [Fact]
    public async Task Without_any_silo_the_page_says_so_and_keeps_what_it_has()
    {
        await site.CreateLawAsync("keeping", "Archives Act");
        await site.VoteAsync("keeping", "yes", 7);
        await using var page = await site.OpenAsync("/laws/keeping");
        await Expect(page["#total"]).ToHaveTextAsync("7");

        await site.Door.ShutAsync();

        await Expect(page["#connection"]).ToHaveTextAsync("Reconnecting …");
        await Expect(page["#notice"]).ToContainTextAsync("No silo answers at this address");
        await Expect(page["#total"]).ToHaveTextAsync("7");
        await page.KeepAsync("law-no-silo");
        site.Door.Reopen();
        await Expect(page["#connection"]).ToHaveTextAsync("Live");
        await Expect(page["#notice"]).ToHaveTextAsync("");
    }

    [Fact]
    public async Task Unknown_laws_and_too_many_requests_are_told()
    {
        await using var page = await site.OpenAsync("/laws/no-such-law");
        await Expect(page["h1:visible"]).ToHaveTextAsync("There is no such law");
        await page.KeepAsync("law-unknown");

        // Longer than the test: by itself the page must not try again before.
        await page.Page.RouteAsync("**/api/laws?*", static route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = 429,
            ContentType = "application/problem+json",
            Headers = new Dictionary<string, string> { ["Retry-After"] = "600" },
            Body = """{"status":429,"detail":"Too many requests at once. Wait 600 s and try again."}""",
        }));
        await page.GoAsync(site.Address);
        await Expect(page["#notice"]).ToContainTextAsync("Wait 600 s and try again.");
        await Expect(page["#notice"]).ToContainTextAsync("Trying again in");
        await page.KeepAsync("start-too-many-requests");
        await page.Page.UnrouteAsync("**/api/laws?*");
        await page["#notice button"].ClickAsync();
        await Expect(page["#notice"]).ToHaveTextAsync("");
    }

    [Fact]
    public async Task Totals_do_not_go_back_unless_they_stay_back()
    {
        await using var page = await site.OpenAsync("/");

        // Versions as they come, each with the second at which it comes.
        var accepted = await page.Page.EvaluateAsync<bool[]>(
            """
            async () => {
              const { Newest } = await import("/assets/live.js");
              const newest = new Newest();
              const clock = Date.now;
              try {
                return [[0, 10], [1, 4], [2, 11], [3, 4], [17.9, 5], [18, 5], [19, 6], [20, 5]].map(([second, version]) => {
                  Date.now = () => second * 1000;
                  return newest.accepts({ version });
                });
              } finally {
                Date.now = clock;
              }
            }
            """);

        Assert.Equal([true, false, true, false, false, true, true, false], accepted);
    }

    [Fact]
    public async Task A_page_says_that_counting_is_delayed_and_keeps_its_title_while_the_database_is_away()
    {
        await site.CreateLawAsync("delayed", "Night Buses Act");
        await site.VoteAsync("delayed", "yes", 3);
        await using var page = await site.OpenAsync("/laws/delayed");
        await Expect(page["#total"]).ToHaveTextAsync("3");
        await Expect(page["#delay"]).ToHaveTextAsync("");
        Assert.True(site.Cluster.Postgres.Pause());
        try
        {
            await Expect(page["#delay"]).ToContainTextAsync("Counting is delayed");
            await Expect(page["#delay"]).ToContainTextAsync("None of them is lost");

            await page.GoAsync(new Uri(site.Address, "/laws/delayed"));

            await Expect(page["h1"]).ToHaveTextAsync("Night Buses Act");
            await Expect(page["#delay"]).ToContainTextAsync("Counting is delayed");
            await page.KeepAsync("law-counting-delayed");
        }
        finally
        {
            Assert.True(site.Cluster.Postgres.Resume());
        }

        await Expect(page["#delay"]).ToHaveTextAsync("");
        await Expect(page["#total"]).ToHaveTextAsync("3");
    }

    [Fact]
    public async Task Back_leads_from_the_second_page_of_the_list_to_the_first()
    {
        for (var law = 0; law < 13; law++)
        {
            await site.CreateLawAsync($"paged-{law}", $"Paged Act {law}");
        }

        await using var page = await site.OpenAsync("/?search=paged");
        await Expect(page["#laws > li"]).ToHaveCountAsync(12);
        await page["#next"].ClickAsync();
        await Expect(page["#laws > li"]).ToHaveCountAsync(1);
        await page["#status"].SelectOptionAsync("open");
        await Expect(page["#list-title"]).ToContainTextAsync("paged");

        await page.Page.GoBackAsync();
        await Expect(page["#laws > li"]).ToHaveCountAsync(1);
        await page.Page.GoBackAsync();

        await Expect(page["#laws > li"]).ToHaveCountAsync(12);
        await Expect(page["#page"]).ToHaveTextAsync("Page 1");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Many_choices_fold_and_sort_and_each_has_a_colour_of_its_own()
    {
        var choices = Enumerable.Range(1, 12).Select(static number => $"Option {number}").ToArray();
        await site.CreateLawAsync("choosing", "Choosing Act", choices);
        await site.VoteAsync("choosing", "Option 11", 3);
        await site.VoteAsync("choosing", "Option 2", 1);
        await using var page = await site.OpenAsync("/laws/choosing");
        await Expect(page["#total"]).ToHaveTextAsync("4");
        await Expect(page["#choices > li:visible"]).ToHaveCountAsync(6);
        await page["#all-choices"].ClickAsync();
        await Expect(page["#choices > li:visible"]).ToHaveCountAsync(12);
        var colours = await page.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('.track > span')].map((e) => getComputedStyle(e).backgroundColor)");
        Assert.Equal(12, colours.Distinct().Count());

        await page["#order label >> nth=1"].ClickAsync();

        await Expect(page["#choices > li >> nth=0"]).ToHaveAttributeAsync("data-choice", "Option 11");
        await Expect(page["#choices > li >> nth=1"]).ToHaveAttributeAsync("data-choice", "Option 2");
        await page["#by-choice"].CheckAsync();
        await page["input[value=all] + span"].ClickAsync();
        await Expect(page["#chart rect.bar:not([height='0.0'])"]).Not.ToHaveCountAsync(0);
        await page.KeepAsync("law-many-choices");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_page_prints_with_its_bars_and_works_in_forced_colours()
    {
        await site.CreateLawAsync("printing", "Printers Act");
        await site.VoteAsync("printing", "yes", 3);
        await site.VoteAsync("printing", "no", 1);
        await using var page = await site.OpenAsync("/laws/printing");
        await Expect(page["#total"]).ToHaveTextAsync("4");

        await page.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await page.Page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
        await Expect(page["#printed"]).ToContainTextAsync("/laws/printing, printed on ");
        Assert.Equal("exact", await page["[data-choice=yes] .track > span"]
            .EvaluateAsync<string>("e => getComputedStyle(e).printColorAdjust"));
        await page.KeepAsync("law-print");

        await page.Page.EmulateMediaAsync(
            new PageEmulateMediaOptions { Media = Media.Screen, ForcedColors = ForcedColors.Active });
        Assert.Equal("none", await page["[data-choice=yes] .track > span"]
            .EvaluateAsync<string>("e => getComputedStyle(e).forcedColorAdjust"));
        await page.KeepAsync("law-forced-colours");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Without_scripts_a_law_has_its_title_and_its_last_totals()
    {
        await site.CreateLawAsync("scriptless", "Paper Act");
        await site.VoteAsync("scriptless", "yes", 2);
        await using (var page = await site.OpenAsync("/laws/scriptless"))
        {
            await Expect(page["#total"]).ToHaveTextAsync("2");
        }

        await using var plain = await site.OpenAsync("/laws/scriptless", scripts: false);

        await Expect(plain["h1"]).ToHaveTextAsync("Paper Act");
        while (!(await plain["main"].InnerTextAsync()).Contains("2 votes counted", StringComparison.Ordinal))
        {
            // A card is two seconds old at most.
            await plain.Page.ReloadAsync();
        }

        await Expect(plain["noscript table tr >> nth=1"]).ToContainTextAsync("100.0 %");
        await plain.KeepAsync("law-without-scripts");
    }

    private static Task<string> WidthAsync(WatchedPage page, string choice) =>
        page[$"[data-choice={choice}] .track > span"].EvaluateAsync<string>("e => e.style.width");
}
