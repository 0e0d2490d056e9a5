using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Votes.Security;

namespace Votes.Silo.Hosting.Tls;

/// <summary>
/// Encrypts the connections of a cluster. Both sides show a certificate, and each accepts those of the cluster's own
/// authority alone. Names play no part: members know each other by address, and any member may be at any.
/// </summary>
internal sealed partial class ClusterTls
{
    /// <summary>What a certificate must be good for to be shown by who is connected to.</summary>
    internal static readonly Oid ForServers = new("1.3.6.1.5.5.7.3.1");

    /// <summary>What a certificate must be good for to be shown by who connects.</summary>
    internal static readonly Oid ForClients = new("1.3.6.1.5.5.7.3.2");

    /// <summary>What is wrong with a certificate that is not a member's.</summary>
    internal const string NotOfMember =
        "is not a member's: its extended key usage must name both serverAuth and clientAuth.";

    // Handshakes are made while somebody waits for a call; a peer that says nothing must not keep a connection.
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(5);

    private readonly CertificateAuthorities _authorities;
    private readonly string _authority;
    private readonly SslStreamCertificateContext _certificate;

    internal ClusterTls(
        X509Certificate2 certificate,
        X509Certificate2Collection intermediates,
        CertificateAuthorities authorities,
        string caFile)
    {
        _authorities = authorities;
        _authority = $"{ClusterTlsOptions.Section}:{nameof(ClusterTlsOptions.CaFile)}, {caFile}";
        _certificate = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    /// <summary>Encrypts connections that others open to this process.</summary>
    public void SecureInbound(IConnectionBuilder connections) => Use(
        connections,
        "A member or client",
        (stream, who, token) => stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _certificate,
                ClientCertificateRequired = true,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback =
                    (_, certificate, chain, _) => Accept(who, certificate as X509Certificate2, chain, ForClients),
            },
            token));

    /// <summary>Encrypts connections that this process opens to others.</summary>
    public void SecureOutbound(IConnectionBuilder connections) => Use(
        connections,
        "A silo",
        (stream, who, token) => stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                ClientCertificateContext = _certificate,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback =
                    (_, certificate, chain, _) => Accept(who, certificate as X509Certificate2, chain, ForServers),
            },
            token));

    private static void Use(
        IConnectionBuilder connections, string kind, Func<SslStream, string, CancellationToken, Task> handshake)
    {
        var services = connections.ApplicationServices;
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger<ClusterTls>();
        var time = services.GetRequiredService<TimeProvider>();
        connections.Use(next => connection => SecureAsync(connection, next));

        async Task SecureAsync(ConnectionContext connection, ConnectionDelegate next)
        {
            var plain = connection.Transport;
            var who = $"{kind} at {connection.RemoteEndPoint}";
            await using var stream = new SslStream(new DuplexPipeStream(plain), leaveInnerStreamOpen: false);
            try
            {
                using var limit = new CancellationTokenSource(HandshakeLimit, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, connection.ConnectionClosed);
                await handshake(stream, who, either.Token);
            }
            catch (Exception exception) when (exception is AuthenticationException or IOException
                or OperationCanceledException or InvalidOperationException or ConnectionAbortedException)
            {
                // Whoever it was, nothing of the cluster's was said to it.
                var reason = Refusal.Tell(exception);
                LogRefused(log, who, reason);
                connection.Abort();
                return;
            }

            connection.Transport = new StreamDuplexPipe(stream);
            try
            {
                await next(connection);
            }
            finally
            {
                connection.Transport = plain;
            }
        }
    }

    private bool Accept(string who, X509Certificate2? certificate, X509Chain? chain, Oid purpose)
    {
        var status = X509ChainStatusFlags.NoError;
        if (certificate is null || !_authorities.Vouch(certificate, chain, purpose, out status))
        {
            throw new AuthenticationException(Refusal.Tell(
                who, certificate, null, SslPolicyErrors.RemoteCertificateChainErrors, status, _authority));
        }

        return IsOfMember(certificate)
            ? true
            : throw new AuthenticationException($"its certificate, {certificate.Subject}, {NotOfMember}");
    }

    /// <summary>
    /// Whether a certificate names both purposes. One that names none is good for all of them by the standard, and one of
    /// servers alone may be the broker's or the database's: neither makes a member of the cluster.
    /// </summary>
    internal static bool IsOfMember(X509Certificate2 certificate)
    {
        var purposes = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .SelectMany(static extension => extension.EnhancedKeyUsages.Cast<Oid>())
            .Select(static oid => oid.Value)
            .ToHashSet(StringComparer.Ordinal);
        return purposes.Contains(ForServers.Value) && purposes.Contains(ForClients.Value);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Who} is not talked to, as TLS with it failed: {Reason}")]
    private static partial void LogRefused(ILogger logger, string who, string reason);
}
