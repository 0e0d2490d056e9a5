using System.Net;
using Votes.Silo.Access;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Pages;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed class PageRoutesTests(SharedApi api)
{
    private readonly ApiSilo _silo = api.Silo;

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/laws/law-2026-001", "text/html")]
    [InlineData("/laws/a%2Fb/c", "text/html")]
    [InlineData("/assets/base.css", "text/css")]
    [InlineData("/assets/law.js", "text/javascript")]
    [InlineData("/assets/icon.svg", "image/svg+xml")]
    public async Task Everybody_gets_pages_under_the_strict_policy_and_only_once(string address, string type)
    {
        var first = await _silo.GetAsync(address);

        Assert.Equal((HttpStatusCode.OK, type), (first.Status, first.ContentType));
        Assert.Equal(SecurityHeaders.PagePolicy, first.Headers["Content-Security-Policy"]);
        Assert.Equal("no-cache", first.Headers["Cache-Control"]);
        var again = await _silo.GetAsync(address, null, ("If-None-Match", first.Headers["ETag"]));
        Assert.Equal((HttpStatusCode.NotModified, ""), (again.Status, again.Body));
    }

    [Theory]
    [InlineData("/assets/nothing.js")]
    [InlineData("/assets/..%2Findex.html")]
    [InlineData("/assets/%2e%2e%2fappsettings.json")]
    [InlineData("/index.html")]
    [InlineData("/ops.html")]
    public async Task What_is_no_page_is_not_found(string address) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _silo.GetAsync(address)).Status);

    [Theory]
    [InlineData("/laws")]
    [InlineData("/laws/")]
    public async Task The_address_of_no_law_leads_to_all_of_them(string address)
    {
        var answer = await _silo.GetAsync(address);

        Assert.Equal((HttpStatusCode.Found, "/"), (answer.Status, answer.Headers["Location"]));
    }

    [Fact]
    public async Task People_at_a_wrong_address_get_a_page_and_programs_a_problem()
    {
        var person = await _silo.GetAsync("/result", null, ("Accept", "text/html,*/*;q=0.8"));
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (person.Status, person.ContentType));
        Assert.Contains("There is no page at this address", person.Body, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", person.Headers["Content-Security-Policy"], StringComparison.Ordinal);

        var program = await _silo.GetAsync("/result");
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (program.Status, program.ContentType));
        var route = await _silo.GetAsync("/api/result", null, ("Accept", "text/html"));
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (route.Status, route.ContentType));
    }

    [Fact]
    public async Task The_operators_page_is_for_operators()
    {
        var person = await _silo.GetAsync("/ops", null, ("Accept", "text/html"));
        Assert.Equal((HttpStatusCode.Found, "/sign-in?return=%2Fops"), (person.Status, person.Headers["Location"]));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _silo.GetAsync("/ops")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _silo.GetAsync("/ops", ApiSilo.ReaderKey)).Status);
        Assert.Equal("text/html", (await _silo.GetAsync("/ops", ApiSilo.OperatorKey)).ContentType);
    }
}
