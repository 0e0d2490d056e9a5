using Votes.LocalCluster;
using Votes.Silo.Hosting.Tls;
using Votes.Tests.Security;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class ClusterTlsOptionsTests : IAsyncDisposable
{
    private readonly LocalFolder _folder = LocalFolder.ForTests("cluster-tls");
    private readonly TestCertificates _ours;
    private readonly ClusterTlsOptions _good;

    public ClusterTlsOptionsTests()
    {
        _ours = new TestCertificates(_folder, "ours");
        var files = _ours.Issue("member", "member.votes");
        _good = new ClusterTlsOptions
        {
            CertificateFile = files.CertificateFile,
            KeyFile = files.KeyFile,
            CaFile = files.CaFile,
        };
    }

    public async ValueTask DisposeAsync()
    {
        _ours.Dispose();
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    [Fact]
    public void All_three_files_turn_it_on_and_none_leaves_it_off()
    {
        Assert.NotNull(_good.Load());
        Assert.Null(new ClusterTlsOptions().Load());
    }

    [Fact]
    public void Fewer_than_three_files_are_an_error_that_names_the_missing_one()
    {
        AssertTells(_good with { CertificateFile = "" }, "Cluster:Tls:CertificateFile is missing; CertificateFile, KeyFile and ");
        AssertTells(_good with { KeyFile = "" }, "Cluster:Tls:KeyFile is missing");
        AssertTells(_good with { CaFile = "" }, "Cluster:Tls:CaFile is missing");
    }

    [Fact]
    public void Files_that_cannot_be_used_are_errors_that_name_them()
    {
        var other = _ours.Issue("other", "other.votes");

        AssertTells(_good with { CaFile = "/nowhere" }, "Cluster:Tls:CaFile names /nowhere, which cannot be read as ");
        AssertTells(
            _good with { KeyFile = other.KeyFile },
            $"Cluster:Tls:CertificateFile {_good.CertificateFile} and KeyFile {other.KeyFile} cannot be read as a certificate "
                + "and its key in PEM: ");
        AssertTells(_good with { KeyFile = _good.CaFile }, "Cluster:Tls:CertificateFile ");
    }

    [Fact]
    public void Certificate_that_the_others_would_refuse_is_an_error()
    {
        using var theirs = new TestCertificates(_folder, "theirs");
        var old = _ours.IssueOutOfDate("old", "member.votes");

        AssertTells(
            _good with { CaFile = theirs.CaFile },
            $"Cluster:Tls:CertificateFile names {_good.CertificateFile}, which the others would refuse: ");
        AssertTells(
            _good with { CertificateFile = old.CertificateFile, KeyFile = old.KeyFile },
            $"Cluster:Tls:CertificateFile names {old.CertificateFile}, which the others would refuse: its chain to an "
                + $"authority in {_good.CaFile} is not valid (NotTimeValid).");
    }

    [Fact]
    public void Certificate_that_does_not_name_both_purposes_is_no_member_s()
    {
        var anything = _ours.IssueFor([], "anything", "member.votes");
        AssertTells(
            _good with { CertificateFile = anything.CertificateFile, KeyFile = anything.KeyFile },
            $"Cluster:Tls:CertificateFile names {anything.CertificateFile}, which the others would refuse: it is not a "
                + "member's: its extended key usage must name both serverAuth and clientAuth.");
        foreach (var purpose in new[] { TestCertificates.ForServers, TestCertificates.ForClients })
        {
            var one = _ours.IssueFor([purpose], "one", "rabbitmq");
            AssertTells(
                _good with { CertificateFile = one.CertificateFile, KeyFile = one.KeyFile },
                $"Cluster:Tls:CertificateFile names {one.CertificateFile}, which the others would refuse: ");
        }
    }

    private static void AssertTells(ClusterTlsOptions options, string start)
    {
        var error = Assert.Throws<InvalidOperationException>(() => options.Load());
        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", error.ToString(), StringComparison.Ordinal);
    }
}
