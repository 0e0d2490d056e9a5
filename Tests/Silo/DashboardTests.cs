using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Votes.LocalCluster;
using Votes.Silo.Hosting;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo;

[Collection(ApiTests.Name)]
[NeedsServers]
public sealed class DashboardTests(SharedApi api, TestServers servers)
{
    private static readonly (string, string) AsBrowser = ("Accept", "text/html");

    [Theory]
    [InlineData("/dashboard")]
    [InlineData("/dashboard/")]
    [InlineData("/dashboard/index.min.js")]
    [InlineData("/dashboard/ClusterStats")]
    [InlineData("/dashboard/GrainState?grainId=x&grainType=y")]
    public async Task Nobody_but_operators_sees_it(string address)
    {
        (await api.Silo.GetAsync(address)).Detail(HttpStatusCode.Unauthorized);
        (await api.Silo.GetAsync(address, ApiSilo.ReaderKey)).Detail(HttpStatusCode.Forbidden);
        var redirect = await api.Silo.GetAsync(address, null, AsBrowser);
        Assert.Equal(HttpStatusCode.Redirect, redirect.Status);
        Assert.StartsWith("/sign-in?return=%2Fdashboard", redirect.Headers["Location"]);
    }

    [Theory]
    [InlineData("/dashboard/", "text/html")]
    [InlineData("/dashboard/index.min.js", "text/javascript")]
    [InlineData("/dashboard/index.css", "text/css")]
    [InlineData("/dashboard/DashboardCounters", "application/json")]
    [InlineData("/dashboard/ClusterStats", "application/json")]
    [InlineData("/dashboard/TopGrainMethods", "application/json")]
    [InlineData("/dashboard/GrainTypes", "application/json")]
    public async Task Operators_see_it_and_its_figures(string address, string type)
    {
        var answer = await api.Silo.GetAsync(address, ApiSilo.OperatorKey);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(type, answer.ContentType);
        var policy = answer.Headers["Content-Security-Policy"];
        Assert.Contains("script-src 'self';", policy);

        // Its style sheet holds the font of its icons.
        Assert.Contains("font-src 'self' data:;", policy);
    }

    [Fact]
    public async Task Neither_grains_states_nor_the_log_are_shown()
    {
        (await api.Silo.GetAsync("/dashboard/GrainState?grainId=x&grainType=y", ApiSilo.OperatorKey))
            .Detail(HttpStatusCode.NotFound);
        Assert.Equal(
            HttpStatusCode.Forbidden, (await api.Silo.GetAsync("/dashboard/Trace", ApiSilo.OperatorKey)).Status);
    }

    [Fact]
    public async Task Silos_counters_are_those_of_the_metrics_page_and_nothing_counts_each_message()
    {
        var address = api.Silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString();
        string[] names = [];
        Assert.True(await Poll.UntilAsync(
            async _ =>
            {
                var answer = await api.Silo.GetAsync($"/dashboard/SiloCounters/{address}", ApiSilo.OperatorKey);
                names = [.. answer.Json.EnumerateArray().Select(static counter => counter.GetProperty("name").GetString()!)];
                return names.Length > 0;
            },
            TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken));

        // Nor does the metrics page, of which a test's silo has one of its own.
        Assert.Equal(HttpStatusCode.OK, (await api.Silo.GetAsync("/metrics")).Status);
        using var meter = new Meter(OrleansMetrics.Meter);
        Assert.All(names, name => Assert.True(OrleansMetrics.IsExported(meter.CreateCounter<int>(name)), name));
        Assert.Contains("orleans-catalog-activations", names);
        Assert.False(meter.CreateCounter<int>("orleans-gateway-received").Enabled);
        var properties = await api.Silo.GetAsync($"/dashboard/SiloProperties/{address}", ApiSilo.OperatorKey);
        Assert.Contains("10.", properties.Json.GetProperty("orleansVersion").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HistoricalStats")]
    [InlineData("SiloProperties")]
    [InlineData("SiloMetadata")]
    [InlineData("SiloStats")]
    [InlineData("SiloCounters")]
    public async Task What_is_no_silo_is_not_found(string route)
    {
        foreach (var silo in new[] { "x", "127.0.0.1:1@1", "%20", "S127.0.0.1:1:1" })
        {
            (await api.Silo.GetAsync($"/dashboard/{route}/{silo}", ApiSilo.OperatorKey)).Detail(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task Switched_off_it_is_not_there()
    {
        await using var database = await servers.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Dashboard:Enabled", "false"),
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));

        (await silo.GetAsync("/dashboard/", ApiSilo.OperatorKey)).Detail(HttpStatusCode.NotFound);
    }
}
