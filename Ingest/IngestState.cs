using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Votes.Ingest;

/// <summary>Whether this process does its work: connected to the cluster, and consuming.</summary>
public sealed class IngestState : IHealthCheck
{
    private volatile bool _hasCluster;
    private volatile Func<bool> _isConsuming = static () => false;

    /// <summary>True while silos can be reached.</summary>
    public bool HasCluster
    {
        get => _hasCluster;
        set => _hasCluster = value;
    }

    /// <summary>Why the process ends by itself; null where it does not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Sets how to tell whether votes are consumed.</summary>
    public void Watch(Func<bool> isConsuming) => _isConsuming = isConsuming;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((HasCluster, _isConsuming()) switch
        {
            (true, true) => HealthCheckResult.Healthy("consuming"),
            (false, _) => HealthCheckResult.Unhealthy("no silo can be reached"),
            _ => HealthCheckResult.Unhealthy("not consuming"),
        });
}
