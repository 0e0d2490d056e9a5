using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Votes.Silo.Health;

/// <summary>
/// The checks' report of this second: many who ask cost the database one question a second. Thread-safe.
/// </summary>
public sealed class CachedHealth(HealthCheckService checks, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private HealthReport? _report;
    private long _readAt;

    /// <summary>The report, a second old at most.</summary>
    public async Task<HealthReport> ReadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_report is null || time.GetElapsedTime(_readAt) >= Lifetime)
            {
                // Not ended with the caller that happens to ask first: the others wait for this report too.
                _report = await checks.CheckHealthAsync(CancellationToken.None);
                _readAt = time.GetTimestamp();
            }

            return _report;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();
}
