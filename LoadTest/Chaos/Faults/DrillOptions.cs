using Votes.LocalCluster;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>What the drill's cluster shall be.</summary>
internal sealed record DrillOptions
{
    /// <summary>Where everything it writes belongs; removed, with what runs there, and made anew at each start.</summary>
    public required LocalFolder Folder { get; init; }

    /// <summary>Number of silos.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>Number of Ingests.</summary>
    public int Ingests { get; init; } = 2;

    /// <summary>What the proxies leave to chance follows from it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The program of the silos, a .dll; null for the one built beside this.</summary>
    public string? SiloProgram { get; init; }

    /// <summary>The program of the Ingests, a .dll; null for the one built beside this.</summary>
    public string? IngestProgram { get; init; }

    /// <summary>More configuration for the silos, as environment variables.</summary>
    public IReadOnlyDictionary<string, string?> SiloVariables { get; init; } = new Dictionary<string, string?>();

    /// <summary>More configuration for the Ingests, as environment variables.</summary>
    public IReadOnlyDictionary<string, string?> IngestVariables { get; init; } = new Dictionary<string, string?>();
}
