namespace Votes.LocalCluster;

/// <summary>What a local cluster shall be.</summary>
public sealed record ClusterOptions
{
    private const int MostOfEach = 32;

    /// <summary>Where everything it writes belongs.</summary>
    public required LocalFolder Folder { get; init; }

    /// <summary>Number of silos, 1 to 32.</summary>
    public int Silos { get; init; } = 2;

    /// <summary>Number of Ingests, 0 to 32.</summary>
    public int Ingests { get; init; } = 1;

    /// <summary>The environment's name: Development writes logs to be read by people.</summary>
    public string EnvironmentName { get; init; } = "Development";

    /// <summary>Whether to take the ports that the documentation names where they are free; tests do not.</summary>
    public bool DocumentedPorts { get; init; }

    /// <summary>Memory for the database's cached pages, in MiB.</summary>
    public int SharedBuffersMegabytes { get; init; } = 512;

    /// <summary>More configuration for the silos, as environment variables.</summary>
    public IReadOnlyDictionary<string, string?> SiloVariables { get; init; } = new Dictionary<string, string?>();

    /// <summary>More configuration for the Ingests, as environment variables.</summary>
    public IReadOnlyDictionary<string, string?> IngestVariables { get; init; } = new Dictionary<string, string?>();

    /// <summary>
    /// Changes the configuration of one silo or Ingest: given which one, and the environment variables it would have, it
    /// returns those that are to be set on top. Null for no change.
    /// </summary>
    public Func<ServiceAddress, IReadOnlyDictionary<string, string?>, IReadOnlyDictionary<string, string?>>?
        VariablesOf
    { get; init; }

    /// <summary>The program of the silos, a .dll; null for the one built beside this.</summary>
    public string? SiloProgram { get; init; }

    /// <summary>The program of the Ingests, a .dll; null for the one built beside this.</summary>
    public string? IngestProgram { get; init; }

    /// <summary>What database and broker show their clients; null for servers without TLS.</summary>
    public ServerTls? Tls { get; init; }

    /// <summary>Whether the database keeps the time of each commit.</summary>
    public bool TrackCommitTimestamps { get; init; }

    /// <summary>How long a silo or an Ingest may take to become ready.</summary>
    public TimeSpan ReadyLimit { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long a silo or an Ingest may take to stop before it is killed.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The program that processes of a kind run.</summary>
    /// <exception cref="ClusterException">It has not been built.</exception>
    public string ProgramOf(ServiceKind kind) =>
        (kind == ServiceKind.Silo ? SiloProgram : IngestProgram) ?? Repository.Program(kind.ToString());

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ClusterException">One is out of its bounds; the message names it.</exception>
    public void Validate()
    {
        if (Silos is < 1 or > MostOfEach)
            throw new ClusterException($"The number of silos is {Silos}; it must be from 1 to {MostOfEach}.");
        if (Ingests is < 0 or > MostOfEach)
            throw new ClusterException($"The number of ingests is {Ingests}; it must be from 0 to {MostOfEach}.");
    }
}
