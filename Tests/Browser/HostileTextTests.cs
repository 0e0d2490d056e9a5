using Microsoft.Playwright;
using Votes.Tests.Servers;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Votes.Tests.Browser;

[NeedsServers]
[Collection(PagesTests.Name)]
public sealed class HostileTextTests(PagesCluster site)
{
    // An override of the direction of writing, and signs that are joined from several.
    private const string Unseen = "قانون ‮txt.exe 👩‍⚖️🗳️ ﷽";

    [Theory]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("'+alert(1)+' ${alert(1)} {{7*7}}")]
    [InlineData("a/b%2Fc?d=e#f;g\\h&amp;")]
    [InlineData("قانون 🗳 ﷽")]
    public async Task Ids_titles_and_choices_are_shown_as_text(string text)
    {
        // An id and a choice hold what can be seen alone; a title may hold anything.
        var title = $"Title {text} {Unseen}";
        await site.CreateLawAsync(text, title, "yes", text);
        await site.VoteAsync(text, text, 2);
        await using var page = await site.OpenAsync($"/?search={Uri.EscapeDataString(text)}", width: 360);
        var link = page["#laws h3 a"];
        await Expect(link).ToHaveTextAsync(title);
        Assert.Equal(0, await page.SidewaysAsync());

        await link.ClickAsync();

        await Expect(page["h1"]).ToHaveTextAsync(title);
        await Expect(page["#law-id"]).ToHaveTextAsync(text);
        await Expect(page["#total"]).ToHaveTextAsync("2");
        await Expect(page[".choice-name"].Nth(1)).ToHaveTextAsync(text);
        Assert.Equal(0, await page.SidewaysAsync());
        Assert.Equal(0, await page["main script, main img"].CountAsync());
        await page.KeepAsync($"hostile-{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text))[..8]}");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_longest_id_fits_a_phone()
    {
        var text = new string('W', 128);
        await site.CreateLawAsync(text, "");
        await using var page = await site.OpenAsync($"/laws/{text}", width: 360);

        await Expect(page["#total"]).ToHaveTextAsync("0");
        Assert.Equal(0, await page.SidewaysAsync());
        await page.KeepAsync("law-phone-longest-id");
        Assert.Empty(page.Complaints);
    }
}
