namespace Votes.LoadTest.Chaos.Schedule;

/// <summary>What a fault hits.</summary>
public enum ClusterPart
{
    /// <summary>A silo's process.</summary>
    Silo,

    /// <summary>An Ingest's process.</summary>
    Ingest,

    /// <summary>The database server.</summary>
    Postgres,

    /// <summary>The broker.</summary>
    RabbitMq,

    /// <summary>The network between two parts.</summary>
    Network,
}
