using System.Net;
using System.Security.Cryptography;
using Votes.Silo.Access;
using Votes.Silo.Hosting;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Access;

[NeedsServers]
public sealed class AccessTests(TestServers servers)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_operators_their_routes_are_closed_and_say_what_to_set()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(database.SiloConnectionString);
        foreach (var key in new[] { null, "", ApiSilo.OperatorKey })
        {
            var answer = await silo.SendAsync(HttpMethod.Post, "/api/laws", """{"id":"x"}""", key);

            Assert.StartsWith(
                "no operator credentials are configured: set Access:OperatorKeySha256",
                answer.Detail(HttpStatusCode.Forbidden));
        }

        (await silo.GetAsync("/api/laws")).Ok();
    }

    [Fact]
    public async Task The_public_may_be_asked_for_a_key_too()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Access:PublicNeedsKey", "true"),
            ("Access:ReaderKeySha256", ApiSilo.Hash(ApiSilo.ReaderKey)),
            ("Access:OperatorKeySha256", $"{new string('0', 64)}, {ApiSilo.Hash(ApiSilo.OperatorKey)}"));
        foreach (var address in new[] { "/api/laws", "/api/laws/law-2026-001/tally", "/api/live?laws=x", "/openapi/v1.json" })
        {
            (await silo.GetAsync(address)).Detail(HttpStatusCode.Unauthorized);
            (await silo.GetAsync(address, "wrong")).Detail(HttpStatusCode.Unauthorized);
        }

        (await silo.GetAsync("/api/laws", ApiSilo.ReaderKey)).Ok();
        (await silo.GetAsync("/api/laws", ApiSilo.OperatorKey)).Ok();
        (await silo.SendAsync(HttpMethod.Post, "/api/laws", "{}", ApiSilo.ReaderKey)).Detail(HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.OK, (await silo.GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task Where_reading_takes_a_key_metrics_do_and_health_says_no_more_than_how_it_is()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Access:PublicNeedsKey", "true"),
            ("Access:ReaderKeySha256", ApiSilo.Hash(ApiSilo.ReaderKey)));

        (await silo.GetAsync("/metrics")).Detail(HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, (await silo.GetAsync("/metrics", ApiSilo.ReaderKey)).Status);
        var ready = await silo.GetAsync("/health/ready");
        Assert.Equal((HttpStatusCode.OK, "Healthy"), (ready.Status, ready.Body.Trim()));
    }

    [Fact]
    public async Task Metrics_and_health_can_have_a_port_of_their_own()
    {
        var port = Votes.LocalCluster.Ports.Free();
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("Access:OperationsUrl", $"http://127.0.0.1:{port}"));
        foreach (var address in new[] { "/metrics", "/health/live", "/health/ready" })
        {
            (await silo.GetAsync(address, null, ("Host", $"127.0.0.1:{port}"))).Detail(HttpStatusCode.NotFound);
            using var response = await silo.Http.GetAsync(new Uri($"http://127.0.0.1:{port}{address}"), Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        using var api = await silo.Http.GetAsync(new Uri($"http://127.0.0.1:{port}/api/laws"), Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, api.StatusCode);
        (await silo.GetAsync("/api/laws")).Ok();
    }

    [Fact]
    public async Task After_too_many_wrong_keys_a_clients_keys_are_not_looked_at_and_cookies_and_the_public_are()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Access:FailuresPerMinute", "3"),
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));

        async Task<HttpStatusCode> Ask(string address, string? key) => (await silo.GetAsync(address, key)).Status;

        // Of whatever route; who sends none is not guessing.
        foreach (var address in new[] { "/api/ops/silos", "/dashboard/ClusterStats", "/api/laws/x/duplicates" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await Ask(address, null));
            Assert.Equal(HttpStatusCode.OK, await Ask("/api/ops/silos", ApiSilo.OperatorKey));
            Assert.Equal(HttpStatusCode.Unauthorized, await Ask(address, "wrong"));
        }

        var refused = await silo.GetAsync("/api/ops/silos", ApiSilo.OperatorKey);
        Assert.StartsWith("Too many wrong keys or tokens came from this address.", refused.Detail(HttpStatusCode.TooManyRequests));
        Assert.InRange(int.Parse(refused.Headers["Retry-After"]), 1, 60);
        Assert.Equal(HttpStatusCode.TooManyRequests, await Ask("/api/ops/silos", "wrong"));
        Assert.Equal(HttpStatusCode.OK, await Ask("/api/laws", null));
    }

    [Fact]
    public async Task An_issuers_token_opens_what_its_role_allows()
    {
        await using var issuer = await TokenIssuer.StartAsync();
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Access:Authority", issuer.Address),
            ("Access:Audience", "votes"),
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));
        async Task<HttpStatusCode> Ask(string token) => (await silo.GetAsync(
            "/api/laws/law-2026-001/duplicates", null, ("Authorization", $"Bearer {token}"))).Status;

        Assert.Equal(HttpStatusCode.OK, await Ask(issuer.Token("votes", "votes-operator")));
        Assert.Equal(HttpStatusCode.Forbidden, await Ask(issuer.Token("votes", "somebody")));
        Assert.Equal(HttpStatusCode.Forbidden, await Ask(issuer.Token("votes", "x", (Roles.Claim, Roles.Operator))));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(issuer.Token("another service", "votes-operator")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(issuer.Token("votes", "votes-operator") + "x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(issuer.ExpiredToken("votes", "votes-operator")));
        Assert.Equal(HttpStatusCode.OK, await Ask(ApiSilo.OperatorKey));
    }

    [Theory]
    [InlineData("OperatorKeySha256", "secret", "Access:OperatorKeySha256 must hold SHA-256 hashes")]
    [InlineData("ReaderKeySha256", "abc", "Access:ReaderKeySha256 must hold SHA-256 hashes")]
    [InlineData("Authority", "http://login.example", "Access:Authority is 'http://login.example'; it must be an https address")]
    [InlineData("Authority", "https://login.example", "Access:Audience is not set")]
    [InlineData("OperationsUrl", "nine thousand", "Access:OperationsUrl is 'nine thousand'")]
    [InlineData("SignInLifetime", "00:00:30", "Access:SignInLifetime is '00:00:30'; it must be from")]
    public void What_cannot_be_meant_is_refused_at_start(string name, string value, string message)
    {
        var options = new AccessOptions { Audience = message.Contains("Audience is not set") ? "" : "votes" };
        var property = typeof(AccessOptions).GetProperty(name)!;
        property.SetValue(options, property.PropertyType == typeof(TimeSpan) ? TimeSpan.Parse(value) : value);

        var failures = new AnnotatedOptions<AccessOptions>(AccessOptions.Section).Validate(null, options).Failures!;

        Assert.StartsWith(message, Assert.Single(failures));
        Assert.DoesNotContain("secret", string.Concat(failures));
    }

    [Fact]
    public void The_defaults_are_within_their_bounds() => Assert.True(
        new AnnotatedOptions<AccessOptions>(AccessOptions.Section).Validate(null, new AccessOptions()).Succeeded
        && new AnnotatedOptions<Votes.Silo.Api.ApiOptions>("Api").Validate(null, new()).Succeeded
        && new AnnotatedOptions<Votes.Silo.Api.Live.LiveOptions>("Live").Validate(null, new()).Succeeded);

    [Fact]
    public void What_is_sealed_for_one_purpose_opens_for_no_other()
    {
        var protection = new SharedProtection(new byte[32]);
        var cookie = protection.CreateProtector("cookie");
        var text = "who"u8.ToArray();
        var sealedText = cookie.Protect(text);

        Assert.Equal(text, new SharedProtection(new byte[32]).CreateProtector("cookie").Unprotect(sealedText));
        Assert.ThrowsAny<CryptographicException>(() => protection.CreateProtector("form").Unprotect(sealedText));
        Assert.ThrowsAny<CryptographicException>(() => cookie.Unprotect([.. sealedText[..^1], (byte)(sealedText[^1] ^ 1)]));
        Assert.ThrowsAny<CryptographicException>(() => cookie.Unprotect([1, 2, 3]));
        Assert.NotEqual(sealedText, cookie.Protect(text));
    }
}
