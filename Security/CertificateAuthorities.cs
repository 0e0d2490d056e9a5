using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Votes.Security;

/// <summary>The authorities of a file in PEM, which stand in the place of those that the machine trusts.</summary>
public sealed class CertificateAuthorities
{
    private readonly X509Certificate2Collection _certificates;

    private CertificateAuthorities(X509Certificate2Collection certificates) => _certificates = certificates;

    /// <summary>Reads a file.</summary>
    /// <param name="file">One or more certificates in PEM.</param>
    /// <param name="setting">The setting that names the file, for messages.</param>
    /// <exception cref="InvalidOperationException">It cannot be read, or holds none; says so.</exception>
    public static CertificateAuthorities Read(string file, string setting)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or CryptographicException)
        {
            throw new InvalidOperationException(
                $"{setting} names {file}, which cannot be read as certificates in PEM: {exception.Message}", exception);
        }

        return certificates.Count > 0
            ? new CertificateAuthorities(certificates)
            : throw new InvalidOperationException($"{setting} names {file}, which holds no certificate in PEM.");
    }

    /// <summary>Whether a chain of signatures leads from a certificate to one of the authorities, and holds now.</summary>
    /// <param name="certificate">What the other side shows.</param>
    /// <param name="sent">What the other side sent with it, intermediates among it.</param>
    /// <param name="purpose">What the certificate must be good for.</param>
    /// <param name="status">What is wrong with the chain.</param>
    /// <param name="intermediates">Further certificates that may lead to an authority.</param>
    public bool Vouch(
        X509Certificate2 certificate,
        X509Chain? sent,
        Oid purpose,
        out X509ChainStatusFlags status,
        X509Certificate2Collection? intermediates = null)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_certificates);
        chain.ChainPolicy.ApplicationPolicy.Add(purpose);

        // Private authorities seldom publish lists, and certificates are best made for a short time.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ExtraStore.AddRange(intermediates ?? []);
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        var holds = chain.Build(certificate);
        status = chain.ChainStatus.Aggregate(
            X509ChainStatusFlags.NoError, static (all, one) => all | one.Status);
        return holds;
    }
}
