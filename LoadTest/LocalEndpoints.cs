using Votes.LocalCluster;

namespace Votes.LoadTest;

/// <summary>The endpoints of a cluster on this machine.</summary>
internal static class LocalEndpoints
{
    /// <summary>Where a load run reaches a local cluster.</summary>
    public static Endpoints Of(ClusterAddresses addresses) => new()
    {
        PostgresUrl = addresses.PostgresUrl,
        AmqpUrl = addresses.AmqpUrl,
        AmqpOperatorUrl = addresses.AmqpOperatorUrl,
        AmqpCaFile = addresses.AmqpCaFile,
        SiloHttp = addresses.SiloHttp,
        MetricsUrls = addresses.MetricsUrls,
    };
}
