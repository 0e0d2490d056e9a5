using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Votes.Security;

/// <summary>
/// TLS to the broker. The client's own reading of an amqps:// address accepts a certificate for any name: whoever has one
/// from a trusted authority could stand between. Here the name counts.
/// </summary>
public static class BrokerTls
{
    private const string Machine = "this machine's store";
    private static readonly Oid ForServers = new("1.3.6.1.5.5.7.3.1");

    /// <summary>The settings of connections to a broker. Give them to the factory behind its address, which sets others.</summary>
    /// <param name="address">The broker; amqps:// for TLS.</param>
    /// <param name="caFile">
    /// The authorities that may vouch for it, in PEM; null or empty: those that this machine trusts. Read at each handshake,
    /// so that an exchanged file needs no restart.
    /// </param>
    /// <param name="setting">The setting that names the file, for messages.</param>
    public static SslOption For(Uri address, string? caFile, string setting)
    {
        if (address.Scheme != BrokerUri.SecureScheme)
        {
            return new SslOption();
        }

        var who = $"the broker at {address.Host}:{(address.Port > 0 ? address.Port : AmqpTcpEndpoint.DefaultAmqpSslPort)}";
        return new SslOption(address.Host, enabled: true)
        {
            AcceptablePolicyErrors = SslPolicyErrors.None,
            // The system's choice, which is TLS 1.2 or later.
            Version = SslProtocols.None,
            CertificateValidationCallback = (_, certificate, chain, errors) =>
                Accept(who, address.Host, caFile, setting, certificate as X509Certificate2, chain, errors),
        };
    }

    /// <summary>What is wrong with a broker's address and its file of authorities, taken together; null where nothing is.</summary>
    /// <param name="address">The broker.</param>
    /// <param name="caFile">The file; may be empty.</param>
    /// <param name="setting">The setting that names the file, for messages.</param>
    public static string? Problem(Uri address, string? caFile, string setting)
    {
        if (string.IsNullOrEmpty(caFile))
        {
            return null;
        }

        if (address.Scheme != BrokerUri.SecureScheme)
        {
            return $"{setting} is set, but the broker's address begins with {address.Scheme}://, so nothing would be "
                + $"encrypted; it must begin with {BrokerUri.SecureScheme}://.";
        }

        try
        {
            CertificateAuthorities.Read(caFile, setting);
            return null;
        }
        catch (InvalidOperationException exception)
        {
            return exception.Message;
        }
    }

    private static bool Accept(
        string who,
        string host,
        string? caFile,
        string setting,
        X509Certificate2? certificate,
        X509Chain? chain,
        SslPolicyErrors errors)
    {
        var (status, authority) = (Refusal.StatusOf(chain), $"{Machine}; name its own in {setting}");
        if (!string.IsNullOrEmpty(caFile) && certificate is not null)
        {
            // The machine's authorities have no say where others are named.
            authority = $"{setting}, {caFile}";
            errors = CertificateAuthorities.Read(caFile, setting).Vouch(certificate, chain, ForServers, out status)
                ? errors & ~SslPolicyErrors.RemoteCertificateChainErrors
                : errors | SslPolicyErrors.RemoteCertificateChainErrors;
        }

        // By an exception, as the client tells of nothing but that.
        return errors == SslPolicyErrors.None
            ? true
            : throw new AuthenticationException(Refusal.Tell(who, certificate, host, errors, status, authority));
    }
}
