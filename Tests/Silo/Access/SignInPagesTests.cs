using System.Net;
using System.Text.RegularExpressions;
using Votes.Tests.Servers;
using Votes.Tests.Silo.Api;
using Xunit;

namespace Votes.Tests.Silo.Access;

[NeedsServers]
[Collection(ApiTests.Name)]
public sealed partial class SignInPagesTests(SharedApi api)
{
    private readonly ApiSilo _silo = api.Silo;

    [Fact]
    public async Task A_key_becomes_a_cookie_that_opens_what_is_the_operators_until_they_sign_out()
    {
        var (answer, cookie) = await SignInAsync(ApiSilo.OperatorKey, "?return=%2Fops%3Ftab%3D1");

        Assert.Equal((HttpStatusCode.Found, "/ops?tab=1"), (answer.StatusCode, $"{answer.Headers.Location}"));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=strict", cookie);
        var session = cookie.Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, (await _silo.GetAsync(
            "/api/laws/law-2026-001/duplicates", null, ("Cookie", session))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _silo.GetAsync(
            "/api/laws/law-2026-001/duplicates", null, ("Cookie", session[..^2]))).Status);

        var (form, token) = await FormAsync("", session);
        using var signOut = await PostAsync("/sign-out", $"{session}; {form}", ("__RequestVerificationToken", token));
        Assert.Equal(HttpStatusCode.Found, signOut.StatusCode);
        Assert.Contains(
            signOut.Headers.GetValues("Set-Cookie"),
            static header => header.StartsWith("votes-operator=;", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData(ApiSilo.ReaderKey)]
    [InlineData("")]
    public async Task A_key_that_is_no_operators_is_refused(string key)
    {
        var (answer, cookie) = await SignInAsync(key, "");

        Assert.Equal((HttpStatusCode.Unauthorized, ""), (answer.StatusCode, cookie));
    }

    [Theory]
    [InlineData("?return=https%3A%2F%2Fevil.example")]
    [InlineData("?return=%2F%2Fevil.example")]
    [InlineData("?return=%2F%5Cevil.example")]
    [InlineData("?return=javascript%3Aalert(1)")]
    public async Task Signing_in_never_leads_to_another_site(string query)
    {
        var (answer, _) = await SignInAsync(ApiSilo.OperatorKey, query);

        Assert.Equal("/sign-in", $"{answer.Headers.Location}");
    }

    [Fact]
    public async Task A_form_that_is_not_ours_signs_nobody_in_or_out()
    {
        using var signIn = await PostAsync("/sign-in", "", ("key", ApiSilo.OperatorKey));
        using var signOut = await PostAsync("/sign-out", "");

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

    private async Task<(HttpResponseMessage Answer, string Cookie)> SignInAsync(string key, string query)
    {
        var (form, token) = await FormAsync(query, "");
        var answer = await PostAsync($"/sign-in{query}", form, ("key", key), ("__RequestVerificationToken", token));
        var cookies = answer.Headers.TryGetValues("Set-Cookie", out var all) ? all : [];
        return (answer, cookies.FirstOrDefault(static c => c.StartsWith("votes-operator=", StringComparison.Ordinal)) ?? "");
    }

    /// <summary>The form's cookie and hidden token.</summary>
    private async Task<(string Cookie, string Token)> FormAsync(string query, string cookies)
    {
        var page = await _silo.GetAsync($"/sign-in{query}", null, ("Cookie", cookies));
        return (page.Headers["Set-Cookie"].Split(';')[0], HiddenToken().Match(page.Body).Groups["token"].Value);
    }

    private async Task<HttpResponseMessage> PostAsync(
        string address, string cookies, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(fields.Select(static f => KeyValuePair.Create(f.Name, f.Value))),
        };
        request.Headers.TryAddWithoutValidation("Cookie", cookies);
        return await _silo.Http.SendAsync(request);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex HiddenToken();
}
