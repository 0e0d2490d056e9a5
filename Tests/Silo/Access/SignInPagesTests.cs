using System.Net;
using System.Text.RegularExpressions;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Access;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed partial class SignInPagesTests(SharedApi api, TestServers servers)
{
    private readonly ApiSilo _silo = api.Silo;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_becomes_a_cookie_that_opens_what_is_the_operators_until_they_sign_out()
    {
        var (answer, cookie) = await SignInAsync(_silo, ApiSilo.OperatorKey, "?return=%2Fops%3Ftab%3D1");

        Assert.Equal((HttpStatusCode.Found, "/ops?tab=1"), (answer.StatusCode, $"{answer.Headers.Location}"));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=strict", cookie);
        var session = cookie.Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, (await _silo.GetAsync(
            "/api/laws/law-2026-001/duplicates", null, ("Cookie", session))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _silo.GetAsync(
            "/api/laws/law-2026-001/duplicates", null, ("Cookie", session[..^2]))).Status);

        var (form, token) = await FormAsync(_silo, "", session);
        using var signOut = await PostAsync(_silo, "/sign-out", $"{session}; {form}", ("__RequestVerificationToken", token));
        Assert.Equal(HttpStatusCode.Found, signOut.StatusCode);
        Assert.Contains(
            signOut.Headers.GetValues("Set-Cookie"),
            static header => header.StartsWith("votes-operator=;", StringComparison.Ordinal));

        // A copy of it is worth nothing any more.
        Assert.Equal(HttpStatusCode.Unauthorized, (await _silo.GetAsync(
            "/api/laws/law-2026-001/duplicates", null, ("Cookie", session))).Status);
    }

    [Fact]
    public async Task Behind_https_the_cookie_is_secure_and_this_hosts_alone()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Access:KnownProxies", "127.0.0.1"),
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));
        silo.Http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        silo.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");

        var (answer, _) = await SignInAsync(silo, ApiSilo.OperatorKey, "");

        var cookie = answer.Headers.GetValues("Set-Cookie").Single(
            static header => header.Contains("votes-operator=", StringComparison.Ordinal));
        Assert.StartsWith("__Host-votes-operator=", cookie);
        Assert.Contains("; path=/;", cookie);
        Assert.Contains("; secure", cookie);
        Assert.DoesNotContain("domain", cookie);
        (await silo.GetAsync("/api/ops/silos", null, ("Cookie", cookie.Split(';')[0]))).Ok();
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_a_bad_request()
    {
        // Of its own, as sign-ins of a minute are few.
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString, ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));
        foreach (var (type, body) in new[]
        {
            ("multipart/form-data; boundary=x", ""),
            ("multipart/form-data; boundary=x", "--x\r\n\r\n"),
            ("multipart/form-data", "a=b"),
            ("application/x-www-form-urlencoded", "a=b&a=c&%zz"),
            ("application/x-www-form-urlencoded; charset=utf-7", "a=b"),
            ("text/plain", "key=x"),
        })
        {
            foreach (var address in new[] { "/sign-in", "/sign-out" })
            {
                using var content = new StringContent(body);
                content.Headers.Remove("Content-Type");
                content.Headers.TryAddWithoutValidation("Content-Type", type);
                using var answer = await silo.Http.PostAsync(new Uri(address, UriKind.Relative), content, Cancelled);
                Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            }
        }
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData(ApiSilo.ReaderKey)]
    [InlineData("")]
    public async Task A_key_that_is_no_operators_is_refused(string key)
    {
        var (answer, cookie) = await SignInAsync(_silo, key, "");

        Assert.Equal((HttpStatusCode.Unauthorized, ""), (answer.StatusCode, cookie));
    }

    [Fact]
    public async Task Readers_sign_in_where_reading_takes_a_key_and_are_no_operators()
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        await using var silo = await ApiSilo.StartAsync(
            database.SiloConnectionString,
            ("Access:PublicNeedsKey", "true"),
            ("Access:ReaderKeySha256", ApiSilo.Hash(ApiSilo.ReaderKey)),
            ("Access:OperatorKeySha256", ApiSilo.Hash(ApiSilo.OperatorKey)));
        var browser = ("Accept", "text/html");
        var turnedAway = await silo.GetAsync("/laws/law-2026-001?x=1", null, browser);
        Assert.Equal(
            (HttpStatusCode.Found, "/sign-in?return=%2Flaws%2Flaw-2026-001%3Fx%3D1"),
            (turnedAway.Status, turnedAway.Headers["Location"]));

        var (unknown, nothing) = await SignInAsync(silo, "wrong", "?return=%2F");
        Assert.Equal((HttpStatusCode.Unauthorized, ""), (unknown.StatusCode, nothing));
        var (answer, cookie) = await SignInAsync(silo, ApiSilo.ReaderKey, "?return=%2F");

        Assert.Equal((HttpStatusCode.Found, "/"), (answer.StatusCode, $"{answer.Headers.Location}"));
        var session = ("Cookie", cookie.Split(';')[0]);
        Assert.Equal("text/html", (await silo.GetAsync("/", null, browser, session)).ContentType);
        (await silo.GetAsync("/api/laws", null, session)).Ok();
        (await silo.GetAsync("/api/ops/silos", null, session)).Detail(HttpStatusCode.Forbidden);
        var operators = await silo.GetAsync("/ops", null, browser, session);
        Assert.Equal((HttpStatusCode.Found, "/sign-in?return=%2Fops"), (operators.Status, operators.Headers["Location"]));
        var form = (await silo.GetAsync("/sign-in?return=%2Fops", null, browser, session)).Body;
        Assert.Contains("That page is for operators.", form, StringComparison.Ordinal);
        Assert.Contains("name=\"key\"", form, StringComparison.Ordinal);
        var signedIn = (await silo.GetAsync("/sign-in", null, browser, session)).Body;
        Assert.Contains("You are signed in.", signedIn, StringComparison.Ordinal);
        Assert.DoesNotContain("/dashboard", signedIn, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Access:ReaderKeySha256")]
    [InlineData("Access:OperatorKeySha256")]
    public async Task A_key_that_is_taken_away_takes_its_sign_ins_with_it(string list)
    {
        await using var database = await servers.CreateDatabaseAsync(Cancelled);
        var secret = ("Access:SignInSecret", Convert.ToBase64String(new byte[32]));
        var needed = ("Access:PublicNeedsKey", "true");
        (string, string) session;
        await using (var before = await ApiSilo.StartAsync(
            database.SiloConnectionString, secret, needed, (list, ApiSilo.Hash("old"))))
        {
            session = ("Cookie", (await SignInAsync(before, "old", "")).Cookie.Split(';')[0]);
            (await before.GetAsync("/api/laws", null, session)).Ok();
        }

        await using (var unchanged = await ApiSilo.StartAsync(
            database.SiloConnectionString, secret, needed, (list, ApiSilo.Hash("old"))))
        {
            (await unchanged.GetAsync("/api/laws", null, session)).Ok();
        }

        await using var after = await ApiSilo.StartAsync(
            database.SiloConnectionString, secret, needed, (list, ApiSilo.Hash("new")));
        (await after.GetAsync("/api/laws", null, session)).Detail(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("?return=https%3A%2F%2Fevil.example")]
    [InlineData("?return=%2F%2Fevil.example")]
    [InlineData("?return=%2F%5Cevil.example")]
    [InlineData("?return=javascript%3Aalert(1)")]
    public async Task Signing_in_never_leads_to_another_site(string query)
    {
        var (answer, _) = await SignInAsync(_silo, ApiSilo.OperatorKey, query);

        Assert.Equal("/sign-in", $"{answer.Headers.Location}");
    }

    [Fact]
    public async Task A_form_that_is_not_ours_signs_nobody_in_or_out()
    {
        using var signIn = await PostAsync(_silo, "/sign-in", "", ("key", ApiSilo.OperatorKey));
        using var signOut = await PostAsync(_silo, "/sign-out", "");

        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (signIn.StatusCode, signOut.StatusCode));
        Assert.DoesNotContain(
            signIn.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [],
            static header => header.StartsWith("votes-operator", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_runs_no_script_and_escapes_what_it_is_given()
    {
        var page = await _silo.GetAsync("/sign-in?return=%2F%22%3E%3Cscript%3E");

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.Status, page.ContentType));
        Assert.DoesNotContain("<script", page.Body);
        Assert.StartsWith("default-src 'none'; style-src 'self'; img-src 'self'; form-action", page.Headers["Content-Security-Policy"]);
        Assert.Contains("no-store", page.Headers["Cache-Control"]);
    }

    private static async Task<(HttpResponseMessage Answer, string Cookie)> SignInAsync(ApiSilo silo, string key, string query)
    {
        var (form, token) = await FormAsync(silo, query, "");
        var answer = await PostAsync(silo, $"/sign-in{query}", form, ("key", key), ("__RequestVerificationToken", token));
        var cookies = answer.Headers.TryGetValues("Set-Cookie", out var all) ? all : [];
        return (answer, cookies.FirstOrDefault(static c => c.StartsWith("votes-operator=", StringComparison.Ordinal)) ?? "");
    }

    /// <summary>The form's cookie and hidden token.</summary>
    private static async Task<(string Cookie, string Token)> FormAsync(ApiSilo silo, string query, string cookies)
    {
        var page = await silo.GetAsync($"/sign-in{query}", null, ("Cookie", cookies));
        return (page.Headers["Set-Cookie"].Split(';')[0], HiddenToken().Match(page.Body).Groups["token"].Value);
    }

    private static async Task<HttpResponseMessage> PostAsync(
        ApiSilo silo, string address, string cookies, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(fields.Select(static f => KeyValuePair.Create(f.Name, f.Value))),
        };
        request.Headers.TryAddWithoutValidation("Cookie", cookies);
        return await silo.Http.SendAsync(request);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex HiddenToken();
}
