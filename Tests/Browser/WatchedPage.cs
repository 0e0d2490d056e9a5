using Microsoft.Playwright;
using Votes.LocalCluster;

namespace Votes.Tests.Browser;

/// <summary>A page, and all that its browser complains of: errors of scripts, the content policy, requests that failed.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private const string WatchPolicy =
        "addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI));";

    private static readonly string Screenshots = Path.Combine(Repository.Root, ".local", "test-results", "screenshots");

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private WatchedPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) => Add(message.Type == "error" ? message.Text : null);
        page.PageError += (_, error) => Add(error);
        page.Dialog += (_, dialog) => Add($"dialog: {dialog.Message}");
    }

    public IPage Page { get; }

    /// <summary>What the browser complained of so far.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
            {
                return [.. _complaints];
            }
        }
    }

    public ILocator this[string selector] => Page.Locator(selector);

    public static async Task<WatchedPage> OpenAsync(
        IBrowser browser, Uri address, int width, ColorScheme colours, bool scripts)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
            ColorScheme = colours,
            ReducedMotion = ReducedMotion.Reduce,
            JavaScriptEnabled = scripts,
        });
        context.SetDefaultTimeout(60_000);
        await context.AddInitScriptAsync(WatchPolicy);
        var page = new WatchedPage(context, await context.NewPageAsync());
        await page.GoAsync(address);
        return page;
    }

    public Task GoAsync(Uri address) => Page.GotoAsync(
        address.AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });

    /// <summary>Keeps a picture of the page, for people to look at.</summary>
    public Task KeepAsync(string name, bool fullPage = true) => Page.ScreenshotAsync(
        new PageScreenshotOptions { Path = Path.Combine(Screenshots, $"{name}.png"), FullPage = fullPage });

    /// <summary>How far the page can be scrolled sideways, in pixels.</summary>
    public Task<int> SidewaysAsync() => Page.EvaluateAsync<int>(
        "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)");

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Add(string? complaint)
    {
        if (complaint is not null)
        {
            lock (_complaints)
            {
                _complaints.Add(complaint);
            }
        }
    }
}
