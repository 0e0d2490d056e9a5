using System.Net;
using Votes.Silo.Access;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Access;

[NeedsServers]
public sealed class ForwardedCallersTests(TestServers servers)
{
    [Theory]
    [InlineData("", "")]
    [InlineData("10.1.2.3", "10.1.2.3/32")]
    [InlineData("10.0.0.0/8, ::1", "10.0.0.0/8 ::1/128")]
    [InlineData("proxy.example", null)]
    [InlineData("10.0.0.0/33", null)]
    public void Proxies_are_addresses_or_networks(string list, string? expected) =>
        Assert.Equal(expected, ForwardedCallers.Parse(list) is { } networks ? string.Join(' ', networks) : null);

    [Theory]
    [InlineData("", false)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("127.0.0.1", true)]
    public async Task A_known_proxy_alone_is_believed_that_the_caller_came_by_https(string proxies, bool isSecure)
    {
        await using var database = await servers.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("Access:KnownProxies", proxies));

        var page = await silo.GetAsync(
            "/sign-in", null, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.7"));

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal(isSecure, page.Headers["Set-Cookie"].Contains("secure", StringComparison.OrdinalIgnoreCase));
    }
}
