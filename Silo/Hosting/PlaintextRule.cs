using System.Net;
using Microsoft.Extensions.Options;
using Votes.Silo.Hosting.Tls;

namespace Votes.Silo.Hosting;

/// <summary>
/// Refuses ports that other machines reach and that ask for no certificate: whoever reaches a gateway without TLS can have
/// votes counted, and such votes look like any others.
/// </summary>
/// <param name="configuration">Says whether TLS is configured.</param>
public sealed class PlaintextRule(IConfiguration configuration) : IValidateOptions<SiloClusterOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SiloClusterOptions options) =>
        options.AllowPlaintext || IsLoopback(options.AdvertisedAddress) || ClusterTlsOptions.Read(configuration).IsOn
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{SiloClusterOptions.Section}:{nameof(SiloClusterOptions.AdvertisedAddress)} is {options.AdvertisedAddress}, "
                + "which other machines reach, and the cluster has no TLS: anyone who reaches this silo's ports could have "
                + $"votes counted. Set {ClusterTlsOptions.Section}:{nameof(ClusterTlsOptions.CertificateFile)}, "
                + $"{nameof(ClusterTlsOptions.KeyFile)} and {nameof(ClusterTlsOptions.CaFile)}; or, where the network itself "
                + $"admits the cluster's own processes alone, {SiloClusterOptions.Section}:"
                + $"{nameof(SiloClusterOptions.AllowPlaintext)}=true.");

    // What is no address at all is another rule's to refuse.
    private static bool IsLoopback(string address) =>
        !OwnAddress.IsValid(address) || (IPAddress.TryParse(address, out var parsed) && IPAddress.IsLoopback(parsed));
}
