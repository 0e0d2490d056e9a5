using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Votes.LocalCluster;
using Votes.Security;
using Xunit;

namespace Votes.Tests.Security;

public sealed class RefusalTests : IAsyncDisposable
{
    private static readonly Oid ForServers = new("1.3.6.1.5.5.7.3.1");

    private readonly LocalFolder _folder = LocalFolder.ForTests("refusal");
    private readonly TestCertificates _ours;

    public RefusalTests() => _ours = new TestCertificates(_folder, "ours");

    public async ValueTask DisposeAsync()
    {
        _ours.Dispose();
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public void Authority_vouches_for_what_it_signed_and_for_nothing_else()
    {
        using var theirs = new TestCertificates(_folder, "theirs");

        Assert.Equal(X509ChainStatusFlags.NoError, Vouch(_ours.Issue("one", "mq"), _ours.CaFile));
        Assert.NotEqual(X509ChainStatusFlags.NoError, Vouch(theirs.Issue("two", "mq"), _ours.CaFile));
    }

    [Fact]
    public void Certificate_out_of_date_is_told_with_its_dates()
    {
        var files = _ours.IssueOutOfDate("old", "mq");
        var status = Vouch(files, _ours.CaFile);
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(files.CertificateFile);

        Assert.Equal(X509ChainStatusFlags.NotTimeValid, status);
        var text = Refusal.Tell("x", certificate, "mq", SslPolicyErrors.RemoteCertificateChainErrors, status, "y");
        Assert.StartsWith(
            "The certificate of x is refused: it, or its authority's, is out of date (its own is valid from ",
            text,
            StringComparison.Ordinal);
        Assert.DoesNotContain("not signed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Cause_of_a_failure_is_what_is_told_of_it()
    {
        var refused = new InvalidOperationException("outer", new AuthenticationException("why"));

        Assert.Equal("why", Refusal.Tell(refused));
        Assert.Equal("plain", Refusal.Tell(new InvalidOperationException("plain", new IOException("inner"))));
        Assert.Equal("x shows no certificate.",
            Refusal.Tell("x", null, null, SslPolicyErrors.None, X509ChainStatusFlags.NoError, "y"));
    }

    private static X509ChainStatusFlags Vouch(ServerTls files, string caFile)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(files.CertificateFile);
        var vouches = CertificateAuthorities.Read(caFile, "CaFile").Vouch(certificate, null, ForServers, out var status);
        Assert.Equal(status == X509ChainStatusFlags.NoError, vouches);
        return status;
    }
}
