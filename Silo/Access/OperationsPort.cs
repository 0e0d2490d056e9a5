using Microsoft.Extensions.Options;
using Prometheus;
using Votes.Silo.Api;

namespace Votes.Silo.Access;

/// <summary>Keeps /metrics and /health on an address of their own where the configuration names one.</summary>
public static class OperationsPort
{
    /// <summary>Makes the server listen there too.</summary>
    public static void Listen(WebApplicationBuilder builder, AccessOptions access)
    {
        if (access.OperationsPort is not null)
        {
            var urls = builder.Configuration["urls"];
            builder.WebHost.UseUrls([.. (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries), access.OperationsUrl]);
        }
    }

    /// <summary>Answers 404 for what does not belong to the port that a request came in by.</summary>
    public static void UseOperationsPort(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<AccessOptions>>().Value.OperationsPort is not { } port)
        {
            return;
        }

        app.Use((context, next) =>
        {
            // The port of the connection, not of the Host header, which is the caller's to choose.
            var isOperations = IsOperations(context.Request.Path);
            return isOperations == (context.Connection.LocalPort == port)
                ? next(context)
                : Problems.WriteAsync(
                    context, StatusCodes.Status404NotFound, "This address is not served on this port.");
        });
    }

    /// <summary>
    /// Maps /metrics. It has totals by law, so where reading takes a key, so does it, unless it is on an address of its own.
    /// </summary>
    public static void MapSiloMetrics(this WebApplication app, CollectorRegistry? registry = null)
    {
        var metrics = app.MapMetrics(registry: registry);
        if (IsForTheFew(app.Services))
        {
            metrics.RequireAuthorization(Roles.PublicPolicy);
        }
    }

    /// <summary>Whether /metrics and /health are on the address of an API that is not for everybody.</summary>
    internal static bool IsForTheFew(IServiceProvider services)
    {
        var access = services.GetRequiredService<IOptions<AccessOptions>>().Value;
        return access.PublicNeedsKey && access.OperationsPort is null;
    }

    /// <summary>Whether the path is one for machines that watch this one.</summary>
    public static bool IsOperations(PathString path) =>
        path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);
}
