using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Votes.LocalCluster;

namespace Votes.Tests.Security;

/// <summary>An authority made up for a test, and the certificates that it signs: files in PEM, in a folder of the test's.</summary>
internal sealed class TestCertificates : IDisposable
{
    public const string ForServers = "1.3.6.1.5.5.7.3.1";
    public const string ForClients = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Validity = TimeSpan.FromHours(1);

    private readonly string _folder;
    private readonly X509Certificate2 _authority;

    public TestCertificates(LocalFolder folder, string name)
    {
        _folder = Directory.CreateDirectory(Path.Combine(folder.Root, "certificates")).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();

        // Longer than any that it signs, those that are out of date included.
        _authority = request.CreateSelfSigned(now - (3 * Validity), now + (3 * Validity));
        CaFile = Write($"{name}.crt", _authority.ExportCertificatePem());
    }

    /// <summary>The authority's own certificate.</summary>
    public string CaFile { get; }

    /// <summary>Makes a certificate for names and addresses, good for servers and clients.</summary>
    public ServerTls Issue(string file, params string[] names) =>
        Issue(file, TimeProvider.System.GetUtcNow() + Validity, names);

    /// <summary>Makes a certificate for some purposes, or for none in particular.</summary>
    public ServerTls IssueFor(IReadOnlyList<string> purposes, string file, params string[] names) =>
        Issue(file, TimeProvider.System.GetUtcNow() + Validity, names, purposes);

    /// <summary>Makes a certificate that has been out of date for a while.</summary>
    public ServerTls IssueOutOfDate(string file, params string[] names) =>
        Issue(file, TimeProvider.System.GetUtcNow() - Skew, names);

    public void Dispose() => _authority.Dispose();

    private ServerTls Issue(string file, DateTimeOffset until, string[] names, IReadOnlyList<string>? purposes = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={file}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        purposes ??= [ForServers, ForClients];
        if (purposes.Count > 0)
        {
            OidCollection oids = [.. purposes.Select(static purpose => new Oid(purpose))];
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, false));
        }

        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        using var certificate = request.Create(
            _authority, until - Validity - Skew, until, RandomNumberGenerator.GetBytes(16));
        return new ServerTls(
            Write($"{file}.crt", certificate.ExportCertificatePem()),
            Write($"{file}.key", key.ExportPkcs8PrivateKeyPem()),
            CaFile);
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text + "\n");
        return file;
    }
}
