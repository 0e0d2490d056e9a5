using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Votes.Security;

namespace Votes.Silo.Hosting.Tls;

/// <summary>
/// TLS among silos, and between Ingests and silos. Section "Cluster:Tls" of the configuration, the same for all processes of
/// a cluster: they cannot talk to each other otherwise. Off where nothing is set.
/// </summary>
internal sealed record ClusterTlsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Cluster:Tls";

    /// <summary>What this process shows the others: its certificate in PEM, behind it any that lead to the authority.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>The certificate's key in PEM, without a password.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>
    /// The cluster's own authorities in PEM: whoever shows a certificate of theirs may take part. Nobody else may.
    /// </summary>
    public string CaFile { get; init; } = "";

    /// <summary>Whether TLS is on.</summary>
    public bool IsOn => CertificateFile.Length + KeyFile.Length + CaFile.Length > 0;

    /// <summary>Reads the section.</summary>
    public static ClusterTlsOptions Read(IConfiguration configuration) =>
        configuration.GetSection(Section).Get<ClusterTlsOptions>() ?? new ClusterTlsOptions();

    /// <summary>Reads the files; null where TLS is off.</summary>
    /// <exception cref="InvalidOperationException">A file is missing, or of no use here; says which and why.</exception>
    public ClusterTls? Load()
    {
        if (!IsOn)
        {
            return null;
        }

        foreach (var (name, file) in new[]
        {
            (nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile), (nameof(CaFile), CaFile),
        })
        {
            if (file.Length == 0)
            {
                throw new InvalidOperationException(
                    $"{Section}:{name} is missing; CertificateFile, KeyFile and CaFile must be set together, or none of them.");
            }
        }

        var authorities = CertificateAuthorities.Read(CaFile, $"{Section}:{nameof(CaFile)}");
        var certificate = LoadCertificate();
        foreach (var purpose in new[] { ClusterTls.ForServers, ClusterTls.ForClients })
        {
            // The others would refuse it, each in its own log: better known here.
            if (!authorities.Vouch(certificate, null, purpose, out var status, Intermediates()))
            {
                throw new InvalidOperationException(
                    $"{Section}:{nameof(CertificateFile)} names {CertificateFile}, which the others would refuse: its chain to "
                    + $"an authority in {CaFile} is not valid ({status}). It must be good for servers and for clients.");
            }
        }

        if (!ClusterTls.IsOfMember(certificate))
        {
            throw new InvalidOperationException(
                $"{Section}:{nameof(CertificateFile)} names {CertificateFile}, which the others would refuse: it "
                + ClusterTls.NotOfMember);
        }

        return new ClusterTls(certificate, Intermediates(), authorities, CaFile);
    }

    private X509Certificate2 LoadCertificate()
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or CryptographicException or ArgumentException)
        {
            // Messages of these do not quote the key.
            throw new InvalidOperationException(
                $"{Section}:{nameof(CertificateFile)} {CertificateFile} and {nameof(KeyFile)} {KeyFile} cannot be read as a "
                + $"certificate and its key in PEM: {exception.Message}",
                exception);
        }
    }

    private X509Certificate2Collection Intermediates()
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(CertificateFile);
        all.RemoveAt(0);
        return all;
    }
}
