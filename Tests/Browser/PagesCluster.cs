using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using RabbitMQ.Client;
using Votes.LocalCluster;
using Votes.Tests.Ops;
using Xunit;

namespace Votes.Tests.Browser;

/// <summary>
/// Two silos and an Ingest as processes with their servers, one address before the silos, a browser, and a publisher of
/// votes. The tests keep apart by their laws.
/// </summary>
public sealed class PagesCluster : IAsyncLifetime
{
    private const string Queue = "votes.aggregation";

    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly LocalFolder _folder = LocalFolder.ForTests("pages");
    private Cluster? _cluster;
    private FrontDoor? _door;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IConnection? _connection;
    private IChannel? _channel;
    private HttpClient? _http;
    private int _voters;

    public Cluster Cluster => _cluster!;

    /// <summary>What stands before the silos.</summary>
    public FrontDoor Door => _door!;

    /// <summary>The address of the site.</summary>
    public Uri Address => Door.Address;

    public async ValueTask InitializeAsync()
    {
        var options = new ClusterOptions
        {
            Folder = _folder,
            SharedBuffersMegabytes = 128,
            SiloVariables = new Dictionary<string, string?>
            {
                ["Live__Interval"] = "00:00:00.100",
                ["Live__Heartbeat"] = "00:00:02",
                ["Api__CacheFor"] = "00:00:00",
            },
        };
        _cluster = await Cluster.StartAsync(options, static _ => { }, CancellationToken.None);
        _door = new FrontDoor(_cluster.Addresses.SiloHttp);
        _http = new HttpClient { BaseAddress = Address };
        _http.DefaultRequestHeaders.Add("X-Api-Key", _cluster.OperatorKey);
        _connection = await new ConnectionFactory { Uri = _cluster.RabbitMq.Uri() }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = BrowserProgram(), Args = ["--no-sandbox"] });

        // The machine may be busy; what is asserted is what comes, not when.
        Assertions.SetDefaultExpectTimeout(60_000);
    }

    /// <summary>Opens a page of the site in a browser of its own: no cookies, nothing in its cache.</summary>
    public Task<WatchedPage> OpenAsync(
        string path, int width = 1280, ColorScheme colours = ColorScheme.Light, bool scripts = true) =>
        WatchedPage.OpenAsync(_browser!, new Uri(Address, path), width, colours, scripts);

    /// <summary>Registers a law.</summary>
    public async Task CreateLawAsync(string lawId, string title, params string[] choices)
    {
        using var answer = await _http!.PostAsJsonAsync(
            "/api/laws", new { id = lawId, title, choices = choices.Length > 0 ? choices : ["yes", "no", "abstain"] });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>Registers a law with times.</summary>
    public async Task CreateLawAsync(string lawId, string title, DateTimeOffset opensAt, DateTimeOffset closesAt)
    {
        using var answer = await _http!.PostAsJsonAsync(
            "/api/laws", new { id = lawId, title, opens_at = opensAt, closes_at = closesAt });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>Closes a law.</summary>
    public async Task CloseLawAsync(string lawId)
    {
        using var answer = await _http!.PatchAsJsonAsync($"/api/laws/{Uri.EscapeDataString(lawId)}", new { close = true, force = true });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>Publishes votes of people who have not voted before.</summary>
    public async Task VoteAsync(string lawId, string choice, int votes)
    {
        for (var vote = 0; vote < votes; vote++)
        {
            await _channel!.BasicPublishAsync(
                "", Queue, mandatory: true, new BasicProperties { Persistent = true }, Vote(lawId, choice));
        }
    }

    /// <summary>Puts a vote among the dead letters.</summary>
    public async Task BuryAsync(string lawId, string choice, string reason, string detail) =>
        await _channel!.BasicPublishAsync(
            "", Queue + ".dead", mandatory: true, Letters.Properties(reason, "law_id", detail), Vote(lawId, choice));

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _http?.Dispose();
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        if (_door is not null)
        {
            await _door.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    private byte[] Vote(string lawId, string choice) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        vote_id = Guid.NewGuid(),
        law_id = lawId,
        voter_id = $"visitor {Interlocked.Increment(ref _voters)}",
        choice,
    });

    private static string BrowserProgram() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .SelectMany(static folder => Browsers.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("There is no Chromium on this machine: scripts/install-chromium.sh installs it.");
}
