using Microsoft.AspNetCore.Authentication.Cookies;

namespace Votes.Silo.Access;

/// <summary>
/// Gives the sign-in's cookie the prefix __Host- where the caller came by https: browsers take it from this very host alone
/// then, and not from a neighbour of the same domain. Without https browsers refuse that prefix.
/// </summary>
internal sealed class HostCookies : ICookieManager
{
    /// <summary>The prefix.</summary>
    internal const string Prefix = "__Host-";

    private readonly ChunkingCookieManager _cookies = new();

    /// <inheritdoc/>
    public string? GetRequestCookie(HttpContext context, string key) =>
        _cookies.GetRequestCookie(context, NameOf(context, key));

    /// <inheritdoc/>
    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) =>
        _cookies.AppendResponseCookie(context, NameOf(context, key), value, options);

    /// <inheritdoc/>
    public void DeleteCookie(HttpContext context, string key, CookieOptions options) =>
        _cookies.DeleteCookie(context, NameOf(context, key), options);

    private static string NameOf(HttpContext context, string key) => context.Request.IsHttps ? Prefix + key : key;
}
