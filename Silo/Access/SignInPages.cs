using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using Votes.Silo.Access.Trail;
using Votes.Silo.Api;

namespace Votes.Silo.Access;

/// <summary>
/// <c>/sign-in</c>: turns a key into a cookie, for pages and for live streams in a browser, which cannot send headers: an
/// operator's key, and a reader's where reading takes one. <c>POST /sign-out</c> takes it away.
/// </summary>
public static class SignInPages
{
    private const string Address = "/sign-in";
    private const string Return = "return";

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
        var access = options.Value;
        var role = context.User.FindFirstValue(Roles.Claim);

        // A reader who comes from somewhere was turned away there.
        if (role == Roles.Operator || (role == Roles.Reader && !context.Request.Query.ContainsKey(Return)))
        {
            return Page(context, antiforgery, access, StatusCodes.Status200OK, "You are signed in.", role);
        }

        var message = role == Roles.Reader ? "That page is for operators. Sign in with an operator's key."
            : access.OperatorKeySha256.Length == 0 && (!access.PublicNeedsKey || access.ReaderKeySha256.Length == 0)
                ? "No operator keys are configured: set Access:OperatorKeySha256."
                : "";
        return Page(context, antiforgery, access, StatusCodes.Status200OK, message);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context, IAntiforgery antiforgery, KeyRing keys, TrailQueue trail, IOptions<AccessOptions> options)
    {
        var access = options.Value;
        await ReadFormAsync(context);
        if (!await IsOurFormAsync(context, antiforgery))
        {
            return Page(context, antiforgery, access, StatusCodes.Status400BadRequest, "The form was too old. Try again.");
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var key = form["key"].ToString().Trim();
        var role = keys.RoleOf(key);
        if (role is null || (role != Roles.Operator && !access.PublicNeedsKey))
        {
            trail.Refused(context, OperatorActions.SignIn, role is null ? "wrong key" : "not an operator's key");
            var message = access.PublicNeedsKey ? "This key is not known." : "This is no operator's key.";
            return Page(context, antiforgery, access, StatusCodes.Status401Unauthorized, message);
        }

        const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;
        var signedIn = ApiKeyHandler.Principal(role, KeyRing.NameOf(key), Scheme);
        ((ClaimsIdentity)signedIn.Identity!).AddClaim(new Claim(EndedSignIns.Claim, $"{Guid.NewGuid()}"));
        await context.SignInAsync(Scheme, signedIn);
        trail.Add(new OperatorEntry(
            Caller.Of(context) with { Who = KeyRing.NameOf(key) },
            OperatorActions.SignIn,
            "",
            OperatorOutcomes.Done,
            ("role", role)));
        return Results.LocalRedirect(ReturnAddress(context.Request));
    }

    private static async Task<IResult> SignOutAsync(
        HttpContext context, IAntiforgery antiforgery, EndedSignIns ended, TrailQueue trail)
    {
        await ReadFormAsync(context);
        if (!await IsOurFormAsync(context, antiforgery))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "The form's token is missing or too old.");
        }

        // First: a cookie that was taken away from the browser alone would still be good in other hands.
        const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;
        var cookie = await context.AuthenticateAsync(Scheme);
        if (Guid.TryParse(cookie.Principal?.FindFirstValue(EndedSignIns.Claim), out var session))
        {
            await ended.EndAsync(
                session, cookie.Properties?.ExpiresUtc ?? DateTimeOffset.MaxValue, context.RequestAborted);
        }

        await context.SignOutAsync(Scheme);
        if (Caller.Of(context) is { Who: not Caller.Anonymous } caller)
        {
            trail.Add(new OperatorEntry(caller, OperatorActions.SignOut, "", OperatorOutcomes.Done));
        }

        return Results.LocalRedirect(Address);
    }

    /// <summary>
    /// Reads the form before the antiforgery does, which wraps what is wrong with it into a fault of ours. What is too large or
    /// too slow is a <see cref="BadHttpRequestException"/> with its status.
    /// </summary>
    /// <exception cref="BadRequestException">It is no form.</exception>
    private static async Task ReadFormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return;
        }

        try
        {
            await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (Exception exception) when (exception is InvalidDataException
            or NotSupportedException or ArgumentException or (IOException and not BadHttpRequestException))
        {
            throw new BadRequestException("The body is no form that this page could have sent.");
        }
    }

    private static async Task<bool> IsOurFormAsync(HttpContext context, IAntiforgery antiforgery) =>
        context.Request.HasFormContentType && await antiforgery.IsRequestValidAsync(context);

    /// <summary>A path of this site and nothing else: "//host" and "/\host" lead elsewhere.</summary>
    private static string ReturnAddress(HttpRequest request)
    {
        var page = request.Query[Return].ToString();
        var isLocal = page.StartsWith('/') && page is not ['/', '/' or '\\', ..] && !page.Any(char.IsControl);
        return isLocal ? page : Address;
    }

    /// <param name="role">Of who is signed in; null: the page asks for a key.</param>
    private static IResult Page(
        HttpContext context, IAntiforgery antiforgery, AccessOptions access, int status, string message, string? role = null)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;

        // The values that the antiforgery would set itself, and warn of having to.
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.Headers.Pragma = "no-cache";
        var tokens = antiforgery.GetAndStoreTokens(context);
        var encode = HtmlEncoder.Default;
        var token =
            $"""<input type="hidden" name="{tokens.FormFieldName}" value="{encode.Encode(tokens.RequestToken!)}">""";
        var operatorsPages = role == Roles.Operator
            ? """<a href="/ops">Operations</a> · <a href="/dashboard">Orleans dashboard</a> · """
            : "";
        var form = role is not null
            ? $"""
              <p>{operatorsPages}<a href="/">Results</a></p>
              <form class="field" method="post" action="/sign-out">{token}<button>Sign out</button></form>
              """
            : $"""
              <form class="field" method="post" action="{encode.Encode(AddressFor(ReturnAddress(context.Request)))}">{token}
              <label for="key">{(access.PublicNeedsKey ? "Key" : "Operator's key")}</label>
              <input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
              <button>Sign in</button></form>
              """;
        var notice = message.Length == 0 ? ""
            : $"""<p class="notice" data-kind="{(role is not null ? "good" : "warn")}" role="alert">{encode.Encode(message)}</p>""";
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
            <main id="main" class="wrap sign-in"><h1>{(access.PublicNeedsKey ? "Sign in" : "For operators")}</h1>
            {notice}
            {form}</main></body></html>

            """,
            "text/html; charset=utf-8",
            Encoding.UTF8,
            status);
    }
}
