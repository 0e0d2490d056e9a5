using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;

namespace Votes.Silo.Api;

/// <summary>
/// Keeps the answers of costly queries for a moment: a thousand people who look at one chart cost the database one query.
/// ASP.NET's output cache lets those who come while it is computed wait for it.
/// </summary>
public static class AnswerCache
{
    /// <summary>The policy of lists.</summary>
    public const string Lists = "lists";

    /// <summary>The policy of histories.</summary>
    public const string Histories = "histories";

    /// <summary>The policy of statistics.</summary>
    public const string Stats = "stats";

    private const long MaxBytes = 16 * 1024 * 1024;
    private const long MaxAnswerBytes = 256 * 1024;

    /// <summary>Adds it.</summary>
    public static void AddAnswerCache(this IServiceCollection services)
    {
        services.AddOutputCache();
        services.AddOptions<OutputCacheOptions>().Configure<IOptions<ApiOptions>>(static (cache, api) =>
        {
            cache.SizeLimit = MaxBytes;
            cache.MaximumBodySize = MaxAnswerBytes;
            Add(cache, Lists, api.Value.CacheFor, "page", "limit", "search", "status", "sort");
            Add(cache, Histories, api.Value.CacheFor, "from", "to", "step");
            Add(cache, Stats, api.Value.CacheFor);
        });
    }

    private static string LawOf(HttpContext context)
    {
        if (context.Request.RouteValues["id"] is not string decoded)
        {
            return "";
        }

        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        try
        {
            return LawIdInPath.Read(raw, decoded);
        }
        catch (BadRequestException)
        {
            // No answer to this is kept.
            return raw;
        }
    }

    private static void Add(OutputCacheOptions cache, string name, TimeSpan lifetime, params string[] query) =>
        cache.AddPolicy(name, policy =>
        {
            if (lifetime == TimeSpan.Zero)
            {
                policy.NoCache();
                return;
            }

            policy.Expire(lifetime).SetVaryByHost(false).SetVaryByQuery(query);

            // The decoded path, which the cache goes by, is the same for the law ids a/b and a%2Fb, and for A and a; the raw one
            // is another for each way to write it, /api/l%61ws.
            policy.VaryByValue(static context => new KeyValuePair<string, string>("law", LawOf(context)));
        });
}
