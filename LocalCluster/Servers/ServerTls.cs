namespace Votes.LocalCluster;

/// <summary>The certificate that a private server shows, and whom its clients are to believe. Files in PEM.</summary>
/// <param name="CertificateFile">The server's certificate, for 127.0.0.1.</param>
/// <param name="KeyFile">Its key.</param>
/// <param name="CaFile">The authority that signed it.</param>
public sealed record ServerTls(string CertificateFile, string KeyFile, string CaFile);
