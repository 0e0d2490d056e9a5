using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Votes.Telemetry.Tracing;

/// <summary>
/// Decides which traces begin here: a share of the vote batches and of the flushes. A statement or a grain call that belongs
/// to neither, such as a probe of the cluster's membership, begins none.
/// </summary>
/// <param name="ratio">The share, 0 to 1.</param>
public sealed class VoteSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(ratio);

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind is ActivityKind.Consumer or ActivityKind.Internal
            ? _share.ShouldSample(samplingParameters)
            : new SamplingResult(SamplingDecision.Drop);
}
