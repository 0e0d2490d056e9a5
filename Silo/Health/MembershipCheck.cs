using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Runtime;

namespace Votes.Silo.Health;

/// <summary>Ready only while this silo is an active member of its cluster.</summary>
public sealed class MembershipCheck(ISiloStatusOracle membership) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = membership.CurrentStatus;
        return Task.FromResult(status == SiloStatus.Active
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"The silo is {status}, not Active."));
    }
}
