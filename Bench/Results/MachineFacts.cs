using System.Globalization;
using System.Runtime.InteropServices;
using Votes.Bench.Measuring;

namespace Votes.Bench.Results;

/// <summary>The machine that was measured on: figures of two machines do not compare, ratios mostly do.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Cores">Processors that the system shows.</param>
/// <param name="MemoryMegabytes">Memory.</param>
/// <param name="System">The operating system.</param>
public sealed record MachineFacts(string Processor, int Cores, long MemoryMegabytes, string System)
{
    /// <summary>This machine.</summary>
    public static MachineFacts Read()
    {
        var name = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim();
        var memory = ProcessMemory.Parse(File.ReadLines("/proc/meminfo"), "MemTotal") ?? 0;
        return new MachineFacts(
            name ?? "unknown", Environment.ProcessorCount, memory / (1024 * 1024),
            RuntimeInformation.OSDescription.ToString(CultureInfo.InvariantCulture));
    }
}
