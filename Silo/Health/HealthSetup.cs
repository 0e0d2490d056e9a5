using Microsoft.AspNetCore.Diagnostics.HealthChecks;
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
    public static void AddSiloHealth(this WebApplicationBuilder builder) => builder.Services.AddHealthChecks()
        .AddCheck<MembershipCheck>("membership", timeout: Timeout)
        .AddCheck<DatabaseCheck>("database", timeout: Timeout)
        .AddCheck<FlushCheck>("flush");

    /// <summary>Maps the addresses.</summary>
    public static void MapSiloHealth(this WebApplication app)
    {
        // Never asks the database: a restart of the silo would not mend it.
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync });
    }
}
