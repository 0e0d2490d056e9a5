using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Prometheus;
using Votes.Grains.Interfaces;
using Votes.LocalCluster;
using Votes.Silo.Access;
using Votes.Silo.Api;
using Votes.Silo.Closing;
using Votes.Silo.Health;
using Votes.Silo.Hosting;
using Votes.Silo.Operators;
using Votes.Silo.Pages;
using Votes.Silo.Reconcile;
using Votes.Telemetry.Logs;

namespace Votes.Tests.Silo.Api;

/// <summary>A silo with its API in this process: real HTTP, real Orleans, a real database.</summary>
public sealed class ApiSilo : IAsyncDisposable
{
    public const string OperatorKey = "the operator's key of the tests";
    public const string ReaderKey = "the reader's key of the tests";

    private readonly WebApplication _app;

    private ApiSilo(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.First());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = Address,
        };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static string Hash(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public static Task<ApiSilo> StartAsync(string connectionString, params (string Key, string Value)[] settings) =>
        StartAsync(connectionString, static _ => { }, settings);

    /// <summary>Starts it with something more than a silo has.</summary>
    public static async Task<ApiSilo> StartAsync(
        string connectionString, Action<WebApplicationBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Votes"] = connectionString,
            ["Cluster:SiloPort"] = $"{Ports.Free()}",
            ["Cluster:GatewayPort"] = $"{Ports.Free()}",
            ["Flush:Interval"] = "00:00:00.020",
            ["Flush:EarlyInterval"] = "00:00:00",
            ["Live:Interval"] = "00:00:00.050",
            ["Api:CacheFor"] = "00:00:00",
            ["Laws:UnknownLaw"] = "Accept",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        builder.Configuration.AddInMemoryCollection(all);
        builder.AddVotesLogging();
        builder.Logging.ClearProviders();
        builder.AddTally();
        builder.AddCluster();
        builder.AddSiloHealth();
        builder.AddClosing();
        builder.AddApi();
        builder.AddOperators();

        // Without the recount itself, which would compare what tests have in hand.
        builder.Services.AddSingleton<ReconcileMetrics>();

        // Several silos in one process would share the default one.
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        configure(builder);
        var app = builder.Build();
        app.MapApi();
        app.MapPages();
        app.MapOperators();
        app.MapSiloHealth();
        app.MapSiloMetrics(app.Services.GetRequiredService<CollectorRegistry>());
        await app.StartAsync();
        return new ApiSilo(app);
    }

    /// <summary>Sends a request whose target goes over the wire exactly as it stands here.</summary>
    public async Task<ApiAnswer> SendAsync(
        HttpMethod method, string target, string? json = null, string? key = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(
            Address.GetLeftPart(UriPartial.Authority) + target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        using var response = await Http.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }

    public Task<ApiAnswer> GetAsync(
        string target, string? key = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, target, null, key, headers);

    /// <summary>Registers a law as an operator does.</summary>
    public async Task CreateAsync(string lawId, string title = "")
    {
        var json = System.Text.Json.JsonSerializer.Serialize(new { id = lawId, title });
        var answer = await SendAsync(HttpMethod.Post, "/api/laws", json, OperatorKey);
        if (answer.Status != HttpStatusCode.Created)
        {
            throw new InvalidOperationException($"{answer.Status}: {answer.Body}");
        }
    }

    /// <summary>Votes, and returns when the votes are durable.</summary>
    public Task<VoteBatchOutcome> VoteAsync(string lawId, params CastVote[] votes) =>
        _app.Services.GetRequiredService<IGrainFactory>().GetGrain<ILawTallyGrain>(lawId)
            .RecordAsync(VoteBatchWriter.Pack(votes));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
