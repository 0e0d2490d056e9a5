using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Votes.Grains.Flush;

namespace Votes.Bench.Micro;

/// <summary>
/// What tracing costs while it is off. Figures are of one call to a grain, which carries the votes of many messages:
/// nothing is asked per vote.
/// </summary>
public class TraceBenchmarks
{
    private static readonly ActivitySource Source = new("Votes.Bench.Micro");
    private Activity? _call;

    /// <summary>A silo's part: is the call traced?</summary>
    [Benchmark]
    public void AskWhetherACallIsTraced() => _call = FlushTrace.Call;

    /// <summary>An Ingest's part: does anybody listen?</summary>
    [Benchmark]
    public bool AskWhetherAnybodyListens() => Source.HasListeners() || _call is not null;
}
