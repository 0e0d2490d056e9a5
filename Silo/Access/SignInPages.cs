using System.Security.Cryptography;
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

    private const string Style =
        "body{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}"
        + "input,button{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;margin:.25rem 0 1rem}"
        + "[role=alert]{font-weight:600}";

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

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
            ? $"""<form method="post" action="/sign-out">{token}<button>Sign out</button></form>"""
            : $"""
              <form method="post" action="{encode.Encode(AddressFor(ReturnAddress(context.Request)))}">{token}
              <label for="key">Operator's key</label>
              <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
              <button>Sign in</button></form>
              """;
        return Results.Content(
            $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Sign in - Vote tally cluster</title><style>{Style}</style></head>
            <body><main><h1>Vote tally cluster</h1>
            <p role="alert">{encode.Encode(message)}</p>
            {form}</main></body></html>

            """,
            "text/html; charset=utf-8",
            Encoding.UTF8,
            status);
    }
}
