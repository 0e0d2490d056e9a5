using Votes.LoadTest.Chaos.Network;

namespace Votes.LoadTest.Chaos.Faults;

/// <summary>
/// The proxies of one silo or Ingest: everything it says to a server, and everything that is said to it by others of the
/// cluster, goes through one of them. Owned by <see cref="DrillLinks"/>.
/// </summary>
internal sealed class ServiceLinks
{
    /// <summary>From this process to PostgreSQL.</summary>
    public required FaultProxy Postgres { get; init; }

    /// <summary>From this Ingest to RabbitMQ; null for a silo.</summary>
    public FaultProxy? RabbitMq { get; init; }

    /// <summary>From the Ingests to this silo's gateway; null for an Ingest.</summary>
    public FaultProxy? Gateway { get; init; }

    /// <summary>From the other silos to this silo; null for an Ingest.</summary>
    public FaultProxy? Silo { get; init; }

    /// <summary>All of them.</summary>
    public IEnumerable<FaultProxy> All => new[] { Postgres, RabbitMq, Gateway, Silo }.OfType<FaultProxy>();
}
