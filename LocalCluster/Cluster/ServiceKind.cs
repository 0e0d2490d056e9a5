using System.Text.Json.Serialization;

namespace Votes.LocalCluster;

/// <summary>Which program a process of the cluster runs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ServiceKind>))]
public enum ServiceKind
{
    /// <summary>Votes.Silo.</summary>
    Silo,

    /// <summary>Votes.Ingest.</summary>
    Ingest,
}
