using System.ComponentModel.DataAnnotations;
using Votes.Silo.Hosting;

namespace Votes.Silo;

/// <summary>How a silo finds its cluster and is found. Section "Cluster" of the configuration.</summary>
public sealed class SiloClusterOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Cluster";

    /// <summary>Silos and clients with the same cluster id form one cluster. 1 to 100 characters.</summary>
    [Required, StringLength(100, MinimumLength = 1)]
    public string ClusterId { get; set; } = "votes";

    /// <summary>Names the service across clusters, and with it the grains' stored states. 1 to 100 characters.</summary>
    [Required, StringLength(100, MinimumLength = 1)]
    public string ServiceId { get; set; } = "votes";

    /// <summary>This silo's name, for people; empty: one is made up at each start. Up to 100 characters.</summary>
    [StringLength(100)]
    public string Name { get; set; } = "";

    /// <summary>
    /// The IP address at which other silos and clients reach this one; a network such as 10.1.2.0/24: this machine's address in
    /// it; auto: this machine's own.
    /// </summary>
    [Required]
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>
    /// Whether <see cref="AdvertisedAddress"/> may be one that other machines reach although the cluster has no TLS. Only
    /// where the network itself admits the cluster's own processes alone.
    /// </summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>The port at which other silos reach this one. 1 to 65,535.</summary>
    [Range(1, 65_535)]
    public int SiloPort { get; set; } = 11_111;

    /// <summary>The port at which clients reach this silo. 1 to 65,535.</summary>
    [Range(1, 65_535)]
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>
    /// The port that <see cref="SiloPort"/> ends at on this machine, where something in between maps ports; the same one
    /// if not set. 1 to 65,535.
    /// </summary>
    [Range(1, 65_535)]
    public int? SiloListenPort { get; set; }

    /// <summary>
    /// The port that <see cref="GatewayPort"/> ends at on this machine, where something in between maps ports; the same
    /// one if not set. 1 to 65,535.
    /// </summary>
    [Range(1, 65_535)]
    public int? GatewayListenPort { get; set; }

    /// <summary>
    /// How long a call between silos may take, 1 s to 5 min. What they ask each other of the grain directory may take half
    /// of it, and is asked again then.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long silos wait for the answer to a probe before they hold it for missed. 500 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often a silo writes into the membership that it lives. After a loss of all silos at once, new ones at other
    /// addresses join when the old ones have not written seven times. 2 s to 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:00:30")]
    public TimeSpan AliveInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// By how much this machine's clock may differ from the database's; a silo whose clock differs by more does not start.
    /// 100 ms to 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:10")]
    public TimeSpan ClockTolerance { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a gateway keeps answers for a client whose connection it lost. Until then they wait there, although the
    /// client may use another gateway by now: the grains of this silo are mute to it. 1 s to 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ClientDropTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Whether the grain directory is the distributed one (ORLEANSEXP003), with which only the grains of a silo that
    /// leaves move. All silos of a cluster must agree.
    /// </summary>
    public bool DistributedDirectory { get; set; } = true;

    /// <summary>How long a stop may take: flushing what is pending, handing over, leaving the cluster. 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!OwnAddress.IsValid(AdvertisedAddress))
        {
            yield return new ValidationResult(
                $"Cluster:AdvertisedAddress is '{AdvertisedAddress}'; it must be an IP address, a network such as "
                + $"10.1.2.0/24, or {OwnAddress.Auto}.",
                [nameof(AdvertisedAddress)]);
        }

        if (SiloPort == GatewayPort)
        {
            yield return new ValidationResult(
                $"Cluster:SiloPort and Cluster:GatewayPort are both {SiloPort}; they must differ.", [nameof(SiloPort)]);
        }

        if ((SiloListenPort ?? SiloPort) == (GatewayListenPort ?? GatewayPort) && SiloPort != GatewayPort)
        {
            yield return new ValidationResult(
                $"Cluster:SiloListenPort and Cluster:GatewayListenPort are both {SiloListenPort ?? SiloPort} (a listen " +
                "port that is not set is the port without Listen in its name); they must differ.",
                [nameof(SiloListenPort)]);
        }
    }
}
