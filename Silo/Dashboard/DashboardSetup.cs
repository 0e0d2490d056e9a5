using Orleans.Dashboard;
using Orleans.Runtime;
using Votes.Silo.Access;
using Votes.Silo.Api;

namespace Votes.Silo.Dashboard;

/// <summary>The Orleans dashboard (Microsoft.Orleans.Dashboard) at /dashboard, for operators alone.</summary>
public static class DashboardSetup
{
    /// <summary>How often its figures are read.</summary>
    internal const int UpdateMilliseconds = 2_000;

    private const string Address = "/dashboard";

    // Its pages carry styles of their own, inline, and a font within these; scripts are files.
    private static readonly string Policy = SecurityHeaders.PagePolicy
        .Replace("style-src 'self'", "style-src 'self' 'unsafe-inline'", StringComparison.Ordinal)
        .Replace("font-src 'self'", "font-src 'self' data:", StringComparison.Ordinal);

    /// <summary>Adds it, unless it is switched off.</summary>
    public static void AddDashboard(this ISiloBuilder silo, SiloDashboardOptions options)
    {
        if (!options.Enabled)
        {
            return;
        }

        silo.Services.AddSingleton(options);
        DashboardCounters.AddInstead(silo.Services, () => silo.AddDashboard(static dashboard =>
        {
            // The trace would show the silo's log.
            dashboard.HideTrace = true;
            dashboard.CounterUpdateIntervalMs = UpdateMilliseconds;
        }));
    }

    /// <summary>The silo that a route of the dashboard is about; null: none.</summary>
    private static string? SiloIn(HttpRequest request) =>
        request.RouteValues.TryGetValue("address", out var address) ? address as string ?? ""
        : request.Path.StartsWithSegments($"{Address}/HistoricalStats", StringComparison.OrdinalIgnoreCase, out var rest)
            ? rest.Value?.TrimStart('/') ?? ""
        : null;

    private static bool IsActive(string silo, IServiceProvider services) =>
        services.GetRequiredService<ISiloStatusOracle>().GetApproximateSiloStatuses(onlyActive: true).Keys
            .Any(active => string.Equals(active.ToParsableString(), silo, StringComparison.Ordinal)
                || string.Equals(active.ToString(), silo, StringComparison.Ordinal));

    /// <summary>Maps it, unless it is switched off.</summary>
    public static void MapDashboard(this WebApplication app)
    {
        if (app.Services.GetService<SiloDashboardOptions>() is null)
        {
            return;
        }

        app.MapOrleansDashboard(Address)
            .RequireAuthorization(Roles.OperatorsPolicy)
            .ExcludeFromDescription()
            .AddEndpointFilter(static async (context, next) =>
            {
                // To show a grain's state it calls methods of the grain, by their shape, on any grain that it is asked for.
                if (context.HttpContext.Request.Path.StartsWithSegments(
                    $"{Address}/GrainState", StringComparison.OrdinalIgnoreCase))
                {
                    return Problems.Of(StatusCodes.Status404NotFound, "This silo does not show grains' states.");
                }

                // Its routes take what cannot be a silo's address for a fault of the server.
                if (SiloIn(context.HttpContext.Request) is { } silo && !IsActive(silo, context.HttpContext.RequestServices))
                {
                    return Problems.Of(StatusCodes.Status404NotFound, "There is no active silo of this address.");
                }

                context.HttpContext.Response.Headers.ContentSecurityPolicy = Policy;
                return await next(context);
            });
    }
}
