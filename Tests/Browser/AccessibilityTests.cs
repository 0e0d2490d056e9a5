using Microsoft.Playwright;
using Votes.Tests.Servers;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Votes.Tests.Browser;

[NeedsServers]
[Collection(PagesTests.Name)]
public sealed class AccessibilityTests(PagesCluster site)
{
    // Text that is visible and not large needs 4.5 : 1 against what it stands on (WCAG AA); large text 3 : 1.
    private const string LowContrast = """
        () => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const rgba = (colour) => {
            canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data];
          };
          const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = (element) => {
            for (let e = element; e; e = e.parentElement) {
              const colour = rgba(getComputedStyle(e).backgroundColor);
              if (colour[3] === 255) return colour;
            }
            return [255, 255, 255, 255];
          };
          const found = [];
          for (const element of document.querySelectorAll('body *')) {
            const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
            if (!text || !element.checkVisibility() || element.closest('.spoken, .skip, noscript, :disabled, option')) continue;
            const style = getComputedStyle(element);
            const [one, two] = [light(rgba(element instanceof SVGElement ? style.fill : style.color)), light(behind(element))];
            const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
            if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) found.push(`${element.textContent} ${ratio.toFixed(2)}`);
          }
          return found;
        }
        """;

    private const string NamelessControls = """
        () => [...document.querySelectorAll('a, button, input, select, summary, [tabindex="0"]')]
          .filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.getAttribute('aria-label')
            || e.getAttribute('aria-labelledby') || e.labels?.length))
          .map((e) => e.outerHTML)
        """;

    [Theory]
    [InlineData("/", "#laws > li", 1280, ColorScheme.Light)]
    [InlineData("/", "#laws > li", 360, ColorScheme.Dark)]
    [InlineData("/laws/law-2026-010", "#chart svg", 1280, ColorScheme.Dark)]
    [InlineData("/laws/law-2026-010", "#chart svg", 360, ColorScheme.Light)]
    [InlineData("/laws/no-such-law", "#notice h1", 360, ColorScheme.Dark)]
    [InlineData("/no-such-page", "#notice h1", 360, ColorScheme.Light)]
    [InlineData("/ops", "#silos tr", 1280, ColorScheme.Dark)]
    [InlineData("/ops", "#silos tr", 360, ColorScheme.Light)]
    public async Task Pages_can_be_read_by_all_and_fit_a_phone(string path, string sign, int width, ColorScheme colours)
    {
        await using var page = await site.OpenAsync(path, width, colours);
        if (path == "/ops")
        {
            await page["#key"].FillAsync(site.Cluster.OperatorKey);
            await page["button"].ClickAsync();
        }

        await Expect(page[sign].First).ToBeVisibleAsync();

        Assert.Equal("en", await page["html"].GetAttributeAsync("lang"));
        Assert.Equal(1, await page["h1:visible"].CountAsync());
        Assert.Equal(1, await page["main"].CountAsync());
        Assert.Equal(0, await page.SidewaysAsync());
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(NamelessControls));
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(LowContrast));
        await page.KeepAsync($"{(path == "/" ? "start" : path[1..].Replace('/', '-'))}-{width}-{colours}");
    }

    [Fact]
    public async Task The_keyboard_alone_leads_to_a_law_and_its_chart()
    {
        await site.CreateLawAsync("keyboard", "Keyboards Act");
        await using var page = await site.OpenAsync("/?search=keyboard");
        await Expect(page["#laws > li"]).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the results", await page[":focus"].TextContentAsync());
        await page["#status"].FocusAsync();
        await page.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Keyboards Act", await page[":focus"].TextContentAsync());

        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page["#total"]).ToHaveTextAsync("0");
        await page["input[name=range]:checked"].FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page["input[name=range]:checked"]).ToHaveValueAsync("6");
        await Expect(page["#spoken"]).ToHaveTextAsync("0 votes counted: yes –, no –, abstain –.");
        Assert.Empty(page.Complaints);
    }
}
