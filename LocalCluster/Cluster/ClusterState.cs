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

    /// <summary>
    /// Which cluster of the folder it is: another one each time that one is started where none ran, so that an object of an
    /// earlier one finds out that its cluster is gone.
    /// </summary>
    public Guid Run { get; init; }

    /// <summary>The HTTP ports of all silos and Ingests that there ever were, by name: they get them again where they can.</summary>
    public IReadOnlyDictionary<string, int> LastHttpPorts { get; init; } = new Dictionary<string, int>();

    /// <summary>The silos and Ingests that belong to the cluster, running or not.</summary>
    public IReadOnlyList<ServiceAddress> Services { get; init; } = [];

    /// <summary>The same with other silos and Ingests.</summary>
    public ClusterState With(IEnumerable<ServiceAddress> services)
    {
        ServiceAddress[] now = [.. services];
        var ports = new Dictionary<string, int>(LastHttpPorts);
        foreach (var service in Services.Concat(now))
            ports[service.Name] = service.HttpPort;
        return this with { Services = now, LastHttpPorts = ports };
    }

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
