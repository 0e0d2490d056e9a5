using Orleans.Concurrency;

namespace Votes.Grains.Interfaces;

/// <summary>
/// Knows the Ingests of the cluster by what they report; one for the cluster, whose key is <see cref="Key"/>. In memory
/// alone: after it was lost, the next reports fill it again within seconds. No vote
/// depends on it; a law that is to close once its votes are counted waits for reports.
/// </summary>
[Alias("Votes.IIngestRegistryGrain")]
public interface IIngestRegistryGrain : IGrainWithStringKey
{
    /// <summary>The key of the one grain.</summary>
    const string Key = "ingests";

    /// <summary>Takes an Ingest's report in place of its last one.</summary>
    [AlwaysInterleave]
    [Alias("ReportAsync")]
    Task ReportAsync(IngestReport report, CancellationToken cancellationToken = default);

    /// <summary>The Ingests that have reported in the last ten minutes and have not stopped in order, by
    /// name.</summary>
    [AlwaysInterleave]
    [Alias("GetAsync")]
    Task<IngestPresence[]> GetAsync(CancellationToken cancellationToken = default);
}
