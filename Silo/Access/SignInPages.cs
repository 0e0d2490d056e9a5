using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using Votes.Silo.Api;

namespace Votes.Silo.Access;

/// <summary>
/// <c>/sign-in</c>: turns an operator's key into a cookie, for pages and for live streams in a browser, which cannot send
/// headers. <c>POST /sign-out</c> takes it away.
/// </summary>
public static class SignInPages
{
    private const string Address = "/sign-in";

    // It runs no script at all.
    private const string Policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Where to sign in, to come back to a page of this site afterwards.</summary>
    public static string AddressFor(string page) => $"{Address}?return={Uri.EscapeDataString(page)}";

    /// <summary>Maps the pages.</summary>
    public static void MapSignIn(this WebApplication app)
    {
        app.MapGet(Address, Show).ExcludeFromDescription();
        app.MapPost(Address, SignInAsync).RequireRateLimiting(RateLimits.SignIn).ExcludeFromDescription();
        app.MapPost("/sign-out", SignOutAsync).ExcludeFromDescription();
    }

    private static IResult Show(HttpContext context, IAntiforgery antiforgery, IOptions<AccessOptions> options)
    {
        var isSignedIn = context.User.HasClaim(Roles.Claim, Roles.Operator);
        var message = isSignedIn ? "You are signed in."
            : options.Value.OperatorKeySha256.Length == 0
                ? "No operator keys are configured: set Access:OperatorKeySha256."
                : "";
        return Page(context, antiforgery, StatusCodes.Status200OK, message, isSignedIn);
    }

    private static async Task<IResult> SignInAsync(HttpContext context, IAntiforgery antiforgery, KeyRing keys)
    {
        if (!await IsOurFormAsync(context, antiforgery))
        {
            return Page(context, antiforgery, StatusCodes.Status400BadRequest, "The form was too old. Try again.", false);
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (keys.RoleOf(form["key"].ToString().Trim()) != Roles.Operator)
        {
            return Page(context, antiforgery, StatusCodes.Status401Unauthorized, "This is no operator's key.", false);
        }

        const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;
        await context.SignInAsync(Scheme, ApiKeyHandler.Principal(Roles.Operator, Scheme));
        return Results.LocalRedirect(ReturnAddress(context.Request));
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (!await IsOurFormAsync(context, antiforgery))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "The form's token is missing or too old.");
        }

        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.LocalRedirect(Address);
    }

    private static async Task<bool> IsOurFormAsync(HttpContext context, IAntiforgery antiforgery) =>
        context.Request.HasFormContentType && await antiforgery.IsRequestValidAsync(context);

    /// <summary>A path of this site and nothing else: "//host" and "/\host" lead elsewhere.</summary>
    private static string ReturnAddress(HttpRequest request)
    {
        var page = request.Query["return"].ToString();
        var isLocal = page.StartsWith('/') && page is not ['/', '/' or '\\', ..] && !page.Any(char.IsControl);
        return isLocal ? page : Address;
    }

    private static IResult Page(
        HttpContext context, IAntiforgery antiforgery, int status, string message, bool isSignedIn)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;

        // The values that the antiforgery would set itself, and warn of having to.
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.Headers.Pragma = "no-cache";
        var tokens = antiforgery.GetAndStoreTokens(context);
        var encode = HtmlEncoder.Default;
        var token =
            $"""<input type="hidden" name="{tokens.FormFieldName}" value="{encode.Encode(tokens.RequestToken!)}">""";
        var form = isSignedIn
            ? $"""
              <p><a href="/ops">Operations</a> · <a href="/dashboard">Orleans dashboard</a> · <a href="/">Results</a></p>
              <form class="field" method="post" action="/sign-out">{token}<button>Sign out</button></form>
              """
            : $"""
              <form class="field" method="post" action="{encode.Encode(AddressFor(ReturnAddress(context.Request)))}">{token}
              <label for="key">Operator's key</label>
              <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
              <button>Sign in</button></form>
              """;
        var notice = message.Length == 0 ? ""
            : $"""<p class="notice" data-kind="{(isSignedIn ? "good" : "warn")}" role="alert">{encode.Encode(message)}</p>""";
        return Results.Content(
            $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Sign in – vote results</title>
            <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="/assets/base.css"></head>
            <body><header class="top"><div class="wrap"><a class="brand" href="/">Vote results</a></div></header>
            <main id="main" class="wrap sign-in"><h1>For operators</h1>
            {notice}
            {form}</main></body></html>

            """,
            "text/html; charset=utf-8",
            Encoding.UTF8,
            status);
    }
}
