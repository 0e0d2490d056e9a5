using Microsoft.AspNetCore.Authorization;

namespace Votes.Silo.Access;

/// <summary>Headers that tell browsers to trust an answer as little as possible.</summary>
public static class SecurityHeaders
{
    /// <summary>Nothing may load, run or frame an answer of the API.</summary>
    public const string ApiPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>Pages use what the silo itself serves, and nothing inline.</summary>
    public const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Sets them on every answer; a page replaces Content-Security-Policy by its own.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use(static (context, next) =>
    {
        Set(context.Response.Headers);
        return next(context);
    });

    /// <summary>
    /// Keeps browsers and proxies from storing what is for operators alone. Their page's file, which is public, sets its own.
    /// </summary>
    public static void UseNoStoreForOperators(this WebApplication app) => app.Use(static (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>()
            .Any(static needs => needs.Policy == Roles.OperatorsPolicy) == true)
        {
            context.Response.Headers.CacheControl = "no-store";
        }

        return next(context);
    });

    /// <summary>Sets them; again where an error has cleared the answer.</summary>
    public static void Set(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ApiPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
    }
}
