using System.Globalization;
using Votes.Ingest;
using Votes.Ingest.Configuration;
using Votes.LocalCluster;
using Votes.Ops.CommandLine;
using Votes.Tests.Ops;
using Votes.Tests.Servers;
using Xunit;

namespace Votes.Tests.Security;

/// <summary>A real RabbitMQ that speaks TLS alone, whose certificate is for 127.0.0.1.</summary>
[NeedsServers]
public sealed class BrokerTlsTests : IAsyncLifetime
{
    private readonly LocalFolder _folder = LocalFolder.ForTests("broker-tls");
    private readonly TestCertificates _ours;
    private readonly ServerTls _tls;
    private readonly RabbitMqServer _server;

    public BrokerTlsTests()
    {
        _ours = new TestCertificates(_folder, "ours");
        _tls = _ours.Issue("rabbitmq", "127.0.0.1");
        _server = TestServers.NewRabbitMq(_folder, _tls);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Who => $"The certificate of the broker at 127.0.0.1:{_server.Port} is refused: ";

    public async ValueTask InitializeAsync() => await _server.StartAsync(Stop);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _ours.Dispose();
        await _folder.KillAndDeleteAsync(CancellationToken.None);
    }

    // One start of the broker serves all cases: it takes longer than all of them.
    [Fact]
    public async Task Certificate_must_be_of_the_authority_and_for_the_name()
    {
        using var theirs = new TestCertificates(_folder, "theirs");

        await ConnectAsync(_server.Uri(), _ours.CaFile);
        await AssertRefusedAsync(
            _server.Uri(),
            theirs.CaFile,
            $"{Who}it was not signed by an authority in {{0}}, {theirs.CaFile}. (Subject CN=rabbitmq, issuer CN=ours.)");
        await AssertRefusedAsync(
            _server.Uri(), "", $"{Who}it was not signed by an authority in this machine's store; name its own in {{0}}.");
        await AssertRefusedAsync(
            new UriBuilder(_server.Uri()) { Host = "localhost" }.Uri,
            _ours.CaFile,
            $"The certificate of the broker at localhost:{_server.Port} is refused: it is not for the name localhost, but "
                + "for 127.0.0.1.");

        // Exchanged without a restart, as docs/DEPLOYMENT.md says.
        var old = _ours.IssueOutOfDate("old", "127.0.0.1");
        File.Copy(old.CertificateFile, _tls.CertificateFile, overwrite: true);
        File.Copy(old.KeyFile, _tls.KeyFile, overwrite: true);
        await _server.ControlAsync(["eval", "ssl:clear_pem_cache()."], Stop);
        await AssertRefusedAsync(
            _server.Uri(), _ours.CaFile, $"{Who}it, or its authority's, is out of date (its own is valid from ");
    }

    private static async Task ConnectAsync(Uri address, string caFile)
    {
        var options = new RabbitMqOptions { Uri = address.AbsoluteUri, CaFile = caFile };
        options.Validate();
        var broker = new Broker(options, TimeProvider.System);
        broker.Abandon(await broker.ConnectAsync("test", Stop));
    }

    private static async Task AssertRefusedAsync(Uri address, string caFile, string reason)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(address, caFile));
        Assert.Contains(
            string.Format(CultureInfo.InvariantCulture, reason, "RabbitMq:CaFile").TrimEnd('.'),
            error.ToString(),
            StringComparison.Ordinal);

        using var output = new StringWriter(CultureInfo.InvariantCulture);
        var status = await new Commands(DeadLetterFixture.Console(output), output).RunAsync(
            ["dead-letters", "list", "--amqp-url", address.AbsoluteUri, "--amqp-ca-file", caFile], Stop);
        Assert.Equal(2, status);
        Assert.Contains("is refused: it", output.ToString(), StringComparison.Ordinal);
    }
}
