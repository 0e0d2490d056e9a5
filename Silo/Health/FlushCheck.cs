using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Votes.Grains.Flush;

namespace Votes.Silo.Health;

/// <summary>
/// Degraded while flushes fail, or get no answer. Not unhealthy: every silo would be out of the service at once then, though
/// each still answers for its laws, and nothing would count sooner for it.
/// </summary>
public sealed class FlushCheck(StoreState store) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(store.Failure is { } failure
            ? HealthCheckResult.Degraded(string.Create(
                CultureInfo.InvariantCulture,
                $"No vote becomes durable: flushes have failed for {failure.For.TotalSeconds:F0} s ({failure.ErrorType}): ")
                + failure.Reason)
            : HealthCheckResult.Healthy());
}
