using Microsoft.Playwright;
using Votes.Tests.Servers;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Votes.Tests.Browser;

[NeedsServers]
[Collection(PagesTests.Name)]
public sealed class OperatorsPageTests(PagesCluster site)
{
    [Fact]
    public async Task Operators_sign_in_see_the_silos_and_replay_a_dead_letter()
    {
        await site.CreateLawAsync("buried", "Burials Act");
        await site.BuryAsync("buried", "yes", "law_unknown", "There was no such law <b>then</b>.");
        await site.BuryAsync("buried", "yes", "law_closed", "It stays.");
        await using var page = await site.OpenAsync("/ops");
        Assert.EndsWith("/sign-in?return=%2Fops", page.Page.Url, StringComparison.Ordinal);
        await page.KeepAsync("sign-in");
        await page["#key"].FillAsync(site.Cluster.OperatorKey);
        await page["button"].ClickAsync();

        await Expect(page["[data-silo=silo-1][data-status=active]"]).ToHaveCountAsync(1);
        await Expect(page["[data-silo=silo-2][data-status=active]"]).ToHaveCountAsync(1);
        await Expect(page["#queues tr"]).ToHaveCountAsync(2);
        await Expect(page["#dead"]).ToHaveTextAsync("2");
        await page["#look"].ClickAsync();
        await Expect(page["[data-reason=law_unknown] td >> nth=2"]).ToHaveTextAsync("1");
        await page["#letters summary"].ClickAsync();
        await Expect(page["#letter-rows"]).ToContainTextAsync("There was no such law <b>then</b>.");
        await page.KeepAsync("ops-light");
        await page["[data-reason=law_unknown] button"].ClickAsync();
        await Expect(page["#confirm"]).ToBeVisibleAsync();
        await page.KeepAsync("ops-confirm", fullPage: false);
        await page["#confirm button.main"].ClickAsync();

        await Expect(page["#letters-notice"]).ToHaveTextAsync("1 replayed.");
        await Expect(page["[data-reason=law_unknown]"]).ToHaveCountAsync(0);
        await Expect(page["[data-reason=law_closed] td >> nth=2"]).ToHaveTextAsync("1");
        await Expect(page["[data-reason=law_closed] button"]).ToHaveCountAsync(0);
        Assert.Empty(page.Complaints);
        await page.GoAsync(new Uri(site.Address, "/laws/buried"));
        await Expect(page["#total"]).ToHaveTextAsync("1");
    }

    [Fact]
    public async Task Who_thinks_better_of_it_replays_nothing()
    {
        await using var page = await SignedInAsync();
        await page.Page.RouteAsync("**/dead-letters/look", static route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = """
                {"ready":1,"looked_at":1,"fit":1,"letters":[],"groups":[{"reason":"<i>x</i>","field":"","count":1,"can_succeed":true}]}
                """,
        }));
        await page.Page.RouteAsync("**/dead-letters/replay", static route => route.AbortAsync());
        await page["#look"].ClickAsync();
        await page["#groups button"].ClickAsync();
        await Expect(page["#confirm"]).ToContainTextAsync("<i>x</i>");

        await page.Page.Keyboard.PressAsync("Escape");

        await Expect(page["#confirm"]).ToBeHiddenAsync();
        await Expect(page["#letters-notice"]).ToHaveTextAsync("");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_sign_in_that_ends_is_told()
    {
        await using var page = await SignedInAsync();

        await page.Page.Context.ClearCookiesAsync();

        await Expect(page["#notice a"]).ToHaveAttributeAsync("href", "/sign-in?return=%2Fops");
        await page.KeepAsync("ops-signed-out");
    }

    [Fact]
    public async Task The_health_strip_says_what_does_not_work_and_leads_to_the_runbook()
    {
        await using var page = await SignedInAsync();
        foreach (var part in new[] { "broker", "database", "ingests", "silos" })
        {
            await Expect(page[$"#condition [data-part={part}][data-state=ok]"]).ToHaveCountAsync(1);
        }

        await Expect(page["#ingests [data-status=consuming]"]).ToHaveCountAsync(1);
        await Expect(page["#ingests tr td:nth-child(6)"]).ToHaveTextAsync("2 of 2");
        Assert.True(site.Cluster.Ingests[0].Pause());
        try
        {
            await Expect(page["#condition [data-part=ingests][data-state=bad]"]).ToHaveCountAsync(1);
            await Expect(page["#ingests [data-status=silent]"]).ToHaveCountAsync(1);
            await Expect(page["#connection"]).ToHaveTextAsync("Counting is delayed");
            await Expect(page.Page).ToHaveTitleAsync("(!) Operations – vote results");
            await page.KeepAsync("ops-ingest-silent");
        }
        finally
        {
            Assert.True(site.Cluster.Ingests[0].Resume());
        }

        await Expect(page["#condition [data-part=ingests][data-state=ok]"]).ToHaveCountAsync(1);
        Assert.True(site.Cluster.Postgres.Pause());
        try
        {
            await Expect(page["#condition [data-part=database][data-state=bad]"]).ToHaveCountAsync(1);
            await page.KeepAsync("ops-database-away");
            await page["#condition [data-part=database] a"].ClickAsync();
            await Expect(page["h3:target"]).ToHaveTextAsync("VotesDatabaseDown");
            await page.KeepAsync("runbook", fullPage: false);
        }
        finally
        {
            Assert.True(site.Cluster.Postgres.Resume());
        }

        await page.GoAsync(new Uri(site.Address, "/ops"));
        await Expect(page["#condition [data-part=database][data-state=ok]"]).ToHaveCountAsync(1);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task The_dashboard_of_Orleans_shows_the_cluster_and_complains_of_nothing(int width, ColorScheme colours)
    {
        await using var page = await site.OpenAsync("/dashboard", width, colours);
        await page["#key"].FillAsync(site.Cluster.OperatorKey);
        await page["button"].ClickAsync();

        await Expect(page["#content"]).ToContainTextAsync("Total Activations");

        await page.KeepAsync($"dashboard-{width}-{colours}");
        Assert.Empty(page.Complaints);
    }

    private async Task<WatchedPage> SignedInAsync()
    {
        var page = await site.OpenAsync("/ops");
        await page["#key"].FillAsync(site.Cluster.OperatorKey);
        await page["button"].ClickAsync();
        await Expect(page["#silos tr"]).Not.ToHaveCountAsync(0);
        return page;
    }
}
