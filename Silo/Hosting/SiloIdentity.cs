using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Votes.Silo.Hosting;

/// <summary>What this silo is called in its cluster, as Orleans has it but for the generation in its address.</summary>
public sealed class SiloIdentity : ILocalSiloDetails
{
    private readonly Lazy<SiloAddress> _address;

    /// <summary>Takes over the options; the generation is asked for when the address is.</summary>
    public SiloIdentity(
        IOptions<SiloOptions> silo,
        IOptions<ClusterOptions> cluster,
        IOptions<EndpointOptions> endpoints,
        SiloGeneration generation)
    {
        Name = silo.Value.SiloName;
        ClusterId = cluster.Value.ClusterId;
        DnsHostName = Dns.GetHostName();
        var (ip, siloPort, gatewayPort) =
            (endpoints.Value.AdvertisedIPAddress, endpoints.Value.SiloPort, endpoints.Value.GatewayPort);
        _address = new Lazy<SiloAddress>(() => SiloAddress.New(ip, siloPort, generation.Next()));
        GatewayAddress = SiloAddress.New(ip, gatewayPort, 0);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string ClusterId { get; }

    /// <inheritdoc/>
    public string DnsHostName { get; }

    /// <inheritdoc/>
    public SiloAddress SiloAddress => _address.Value;

    /// <inheritdoc/>
    public SiloAddress GatewayAddress { get; }
}
