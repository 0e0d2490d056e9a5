using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Votes.Silo.Access;
using Votes.Silo.Hosting;

namespace Votes.Silo.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it is a member of the cluster and the database answers (503
/// where not); and whether votes can be written (200 either way: the body says Degraded, and why).
/// </summary>
public static class HealthSetup
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Adds the checks.</summary>
    public static void AddSiloHealth(this WebApplicationBuilder builder) => builder.Services
        .AddSingleton<CachedHealth>()
        .AddHealthChecks()
        .AddCheck<MembershipCheck>("membership", timeout: Timeout)
        .AddCheck<DatabaseCheck>("database", timeout: Timeout)
        .AddCheck<FlushCheck>("flush");

    /// <summary>Maps the addresses.</summary>
    public static void MapSiloHealth(this WebApplication app)
    {
        // Never asks the database: a restart of the silo would not help.
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
        var tellsCauses = !OperationsPort.IsForTheFew(app.Services);
        app.MapMethods("/health/ready", [HttpMethods.Get], (HttpContext context, CachedHealth health) =>
                ReadyAsync(context, health, tellsCauses))
            .ExcludeFromDescription();
    }

    private static async Task ReadyAsync(HttpContext context, CachedHealth health, bool tellsCauses)
    {
        var report = await health.ReadAsync(context.RequestAborted);
        context.Response.StatusCode = report.Status == HealthStatus.Unhealthy
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status200OK;
        context.Response.ContentType = "text/plain";
        context.Response.Headers.CacheControl = "no-store, no-cache";
        await (tellsCauses
            ? HealthAnswer.WriteAsync(context, report)
            : context.Response.WriteAsync($"{report.Status}\n", context.RequestAborted));
    }
}
