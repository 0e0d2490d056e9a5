using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Votes.Bench.Micro;

/// <summary>Measures the steps that each vote takes in memory; arguments are BenchmarkDotNet's own.</summary>
internal static class Program
{
    // In this process: one that BenchmarkDotNet builds would be built with this repository's rules for code.
    private static int Main(string[] args)
    {
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.DontLogOutput))
            .AddDiagnoser(MemoryDiagnoser.Default);
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
        return summaries.All(static summary => !summary.HasCriticalValidationErrors) ? 0 : 1;
    }
}
