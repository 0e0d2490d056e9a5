using System.Text.Json;

namespace Votes.LocalCluster;

/// <summary>
/// Ports and parts of a cluster, as its folder keeps them. Which process runs a part is in that part's own record.
/// </summary>
public sealed record ClusterState
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <summary>The database's port.</summary>
    public required int PostgresPort { get; init; }

    /// <summary>The broker's port.</summary>
    public required int AmqpPort { get; init; }

    /// <summary>The port of the broker's port mapper.</summary>
    public required int EpmdPort { get; init; }

    /// <summary>The port of the broker for rabbitmqctl.</summary>
    public required int DistributionPort { get; init; }

    /// <summary>The silos and Ingests that belong to the cluster, running or not.</summary>
    public IReadOnlyList<ServiceAddress> Services { get; init; } = [];

    /// <summary>Reads a folder's state; null when there is none.</summary>
    /// <exception cref="ClusterException">The file is not one that this program wrote.</exception>
    public static ClusterState? Read(LocalFolder folder)
    {
        if (!File.Exists(folder.StateFile))
            return null;
        try
        {
            return JsonSerializer.Deserialize<ClusterState>(File.ReadAllText(folder.StateFile));
        }
        catch (JsonException error)
        {
            throw new ClusterException(
                $"{folder.StateFile} cannot be read: {error.Message} `make clean` removes the cluster.", error);
        }
    }

    /// <summary>Writes a folder's state, whole or not at all.</summary>
    public void Write(LocalFolder folder)
    {
        Directory.CreateDirectory(folder.Root);
        SecretFile.Write(folder.StateFile + ".new", JsonSerializer.Serialize(this, Json));
        File.Move(folder.StateFile + ".new", folder.StateFile, overwrite: true);
    }
}
