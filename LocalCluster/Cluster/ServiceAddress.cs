using System.Globalization;

namespace Votes.LocalCluster;

/// <summary>One silo or Ingest of the cluster, and its ports on the loopback address.</summary>
/// <param name="Kind">Which program it runs.</param>
/// <param name="Number">1 and up, within its kind.</param>
/// <param name="HttpPort">Serves health, metrics and, for a silo, the API.</param>
/// <param name="SiloPort">Where silos talk to each other; 0 for an Ingest.</param>
/// <param name="GatewayPort">Where an Ingest talks to the silo; 0 for an Ingest.</param>
public sealed record ServiceAddress(ServiceKind Kind, int Number, int HttpPort, int SiloPort, int GatewayPort)
{
    /// <summary>Such as silo-1.</summary>
    public string Name =>
        string.Create(CultureInfo.InvariantCulture, $"{(Kind == ServiceKind.Silo ? "silo" : "ingest")}-{Number}");

    /// <summary>The address that serves health, metrics and, for a silo, the API; without a slash at the end.</summary>
    public string Http => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{HttpPort}");
}
