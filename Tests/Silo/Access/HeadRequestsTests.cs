using System.Net;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Access;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class HeadRequestsTests(SharedApi api)
{
    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/laws/law-2026-001", HttpStatusCode.OK)]
    [InlineData("/assets/base.css", HttpStatusCode.OK)]
    [InlineData("/sign-in", HttpStatusCode.OK)]
    [InlineData("/api/laws", HttpStatusCode.OK)]
    [InlineData("/api/laws/law-2026-001/tally", HttpStatusCode.OK)]
    [InlineData("/api/laws/law-2026-001/export.csv", HttpStatusCode.OK)]
    [InlineData("/api/stats", HttpStatusCode.OK)]
    [InlineData("/openapi/v1.json", HttpStatusCode.OK)]
    [InlineData("/health/live", HttpStatusCode.OK)]
    [InlineData("/health/ready", HttpStatusCode.OK)]
    [InlineData("/metrics", HttpStatusCode.OK)]
    [InlineData("/api/laws/no-such-law", HttpStatusCode.NotFound)]
    [InlineData("/nothing", HttpStatusCode.NotFound)]
    [InlineData("/api/ops/silos", HttpStatusCode.Unauthorized)]
    public async Task It_is_answered_as_get_without_the_body(string address, HttpStatusCode status)
    {
        var get = await api.Silo.GetAsync(address);
        var head = await api.Silo.SendAsync(HttpMethod.Head, address);

        Assert.Equal((status, status, ""), (get.Status, head.Status, head.Body));
        Assert.Equal(get.ContentType, head.ContentType);
        Assert.Equal(
            get.Headers.GetValueOrDefault("Content-Security-Policy"), head.Headers.GetValueOrDefault("Content-Security-Policy"));
    }

    [Theory]
    [InlineData("/api/laws/law-2026-001/live")]
    [InlineData("/api/live?laws=law-2026-001")]
    [InlineData("/api/laws/law-2026-001/audit.csv")]
    public async Task What_only_streams_takes_get_alone(string address)
    {
        var head = await api.Silo.SendAsync(HttpMethod.Head, address, null, ApiSilo.OperatorKey);

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET"), (head.Status, head.Headers["Allow"]));
    }
}
