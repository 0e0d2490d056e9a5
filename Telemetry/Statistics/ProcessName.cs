using System.Globalization;

namespace Votes.Telemetry.Statistics;

/// <summary>What a process is called in <c>aggregation_stats</c>.</summary>
public static class ProcessName
{
    private const int MostHostCharacters = 100;

    /// <summary>
    /// Kind, machine, process id and start. A process that is started again in the same minute is another one, or its row
    /// would replace that of the one before; and in containers all of them have the same process id.
    /// </summary>
    /// <param name="kind"><c>ingest</c> or <c>silo</c>, which <c>cluster_minutes</c> tells apart by.</param>
    /// <param name="machine">The machine's name.</param>
    /// <param name="processId">The operating system's number for the process.</param>
    /// <param name="startedAt">When it started.</param>
    public static string Of(string kind, string machine, int processId, DateTimeOffset startedAt)
    {
        var host = machine[..Math.Min(machine.Length, MostHostCharacters)];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}/{host}/{processId}/{startedAt.UtcDateTime:yyyyMMdd'T'HHmmss.fff'Z'}");
    }

    /// <summary>The name of this process, started now.</summary>
    public static string OfThis(string kind, TimeProvider time) =>
        Of(kind, Environment.MachineName, Environment.ProcessId, time.GetUtcNow());
}
