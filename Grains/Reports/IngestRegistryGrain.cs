using Votes.Grains.Interfaces;

namespace Votes.Grains.Reports;

/// <summary>Keeps the Ingests' reports.</summary>
public sealed class IngestRegistryGrain(TimeProvider time) : Grain, IIngestRegistryGrain
{
    private readonly IngestRegistry _registry = new();
    private readonly long _start = time.GetTimestamp();

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public Task ReportAsync(IngestReport report, CancellationToken cancellationToken = default)
    {
        _registry.Take(report, Now);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IngestPresence[]> GetAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(_registry.Read(Now));
}
