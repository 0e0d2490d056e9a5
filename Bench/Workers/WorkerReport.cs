using System.Text.Json;

namespace Votes.Bench.Workers;

/// <summary>What a worker without a database did: there are no commits to read it from.</summary>
/// <param name="From">When the last message of the warm-up was acked.</param>
/// <param name="To">When the last message was acked.</param>
/// <param name="Votes">Messages acked from one to the other.</param>
public sealed record WorkerReport(DateTimeOffset From, DateTimeOffset To, long Votes)
{
    /// <summary>Reads the file; null while there is none.</summary>
    public static WorkerReport? Read(string file) =>
        File.Exists(file) ? JsonSerializer.Deserialize<WorkerReport>(File.ReadAllText(file)) : null;

    /// <summary>Writes the file, whole or not at all.</summary>
    public void Write(string file)
    {
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(this));
        File.Move(file + ".new", file, overwrite: true);
    }
}
