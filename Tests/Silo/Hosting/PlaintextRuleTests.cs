using Microsoft.Extensions.Configuration;
using Votes.Silo;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class PlaintextRuleTests
{
    [Theory]
    [InlineData("127.0.0.1", false, false, true)]
    [InlineData("127.9.9.9", false, false, true)]
    [InlineData("::1", false, false, true)]
    [InlineData("auto", false, false, false)]
    [InlineData("auto", true, false, true)]
    [InlineData("auto", false, true, true)]
    [InlineData("10.1.2.3", false, false, false)]
    [InlineData("10.1.2.0/24", false, false, false)]
    [InlineData("10.1.2.0/24", true, false, true)]
    [InlineData("what another rule refuses", false, false, true)]
    [InlineData("0.0.0.0", false, false, false)]
    [InlineData("192.0.2.7", true, false, true)]
    [InlineData("192.0.2.7", false, true, true)]
    [InlineData("2001:db8::7", false, false, false)]
    public void Address_that_other_machines_reach_needs_TLS_or_the_explicit_option(
        string address, bool tls, bool allowed, bool starts)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(tls ? [new("Cluster:Tls:CaFile", "/etc/votes/tls/ca.crt")] : [])
            .Build();
        var rule = new PlaintextRule(configuration);

        var result = rule.Validate(
            null, new SiloClusterOptions { AdvertisedAddress = address, AllowPlaintext = allowed });

        Assert.Equal(starts, result.Succeeded);
        if (!starts)
        {
            Assert.Contains($"Cluster:AdvertisedAddress is {address}", result.FailureMessage, StringComparison.Ordinal);
            Assert.Contains("Cluster:Tls:CertificateFile, KeyFile and CaFile", result.FailureMessage, StringComparison.Ordinal);
            Assert.Contains("Cluster:AllowPlaintext=true", result.FailureMessage, StringComparison.Ordinal);
        }
    }
}
