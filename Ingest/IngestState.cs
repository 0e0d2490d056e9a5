using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Votes.Ingest;

/// <summary>Whether this process does its work: connected to the cluster, and consuming.</summary>
public sealed class IngestState : IHealthCheck
{
    private volatile bool _hasCluster;
    private volatile Func<bool> _isConsuming = static () => false;
    private volatile Func<string?> _heldUp = static () => null;
    private volatile Func<TimeSpan?> _oldest = static () => null;

    /// <summary>True while silos can be reached.</summary>
    public bool HasCluster
    {
        get => _hasCluster;
        set => _hasCluster = value;
    }

    /// <summary>Why the process ends by itself; null where it does not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether the calls of at least one law fail; their votes are held.</summary>
    public bool AreCallsFailing => _heldUp() is not null;

    /// <summary>How long ago the oldest message that is not settled was received; null: all are settled.</summary>
    public TimeSpan? Oldest => _oldest();

    /// <summary>Sets how to tell the age of the oldest message that is not settled.</summary>
    public void WatchOldest(Func<TimeSpan?> oldest) => _oldest = oldest;

    /// <summary>Sets how to tell whether votes are consumed, and whether silos give them back.</summary>
    /// <param name="isConsuming">Whether all lanes consume.</param>
    /// <param name="heldUp">Why votes are held and sent again; null where they are not.</param>
    public void Watch(Func<bool> isConsuming, Func<string?> heldUp) => (_isConsuming, _heldUp) = (isConsuming, heldUp);

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((HasCluster, _isConsuming(), _heldUp()) switch
        {
            (true, true, null) => HealthCheckResult.Healthy("consuming"),
            (false, _, _) => HealthCheckResult.Unhealthy("no silo can be reached"),
            (_, false, _) => HealthCheckResult.Unhealthy("not consuming"),

            // Not unhealthy: to take an Ingest away, or to start it again, would count nothing sooner.
            (_, _, { } why) => HealthCheckResult.Degraded($"consuming, but votes are held and sent again: {why}"),
        });
}
