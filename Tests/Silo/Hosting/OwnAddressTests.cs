using System.Net;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class OwnAddressTests
{
    private static readonly IPAddress[] Own =
        [IPAddress.Loopback, IPAddress.Parse("10.9.0.4"), IPAddress.Parse("10.98.7.3"), IPAddress.Parse("fd00::3")];

    [Theory]
    [InlineData("10.98.7.0/24", "10.98.7.3")]
    [InlineData("10.9.0.0/16", "10.9.0.4")]
    [InlineData("fd00::/64", "fd00::3")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    public void Network_stands_for_this_machine_s_address_in_it(string text, string address) =>
        Assert.Equal(IPAddress.Parse(address), OwnAddress.Of(text, Own));

    [Fact]
    public void Network_in_which_this_machine_has_no_address_is_an_error_that_names_those_it_has()
    {
        var error = Assert.Throws<InvalidOperationException>(() => OwnAddress.Of("192.0.2.0/24", Own));

        Assert.Equal(
            "Cluster:AdvertisedAddress is 192.0.2.0/24, and this machine has no address in that network; it has 127.0.0.1, "
            + "10.9.0.4, 10.98.7.3, fd00::3.",
            error.Message);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("10.98.7.3", "10.98.7.3")]
    [InlineData("203.0.113.9", "0.0.0.0")]
    public void Ports_are_open_on_the_advertised_address_alone_unless_it_is_another_machine_s(string advertised, string listens) =>
        Assert.Equal(IPAddress.Parse(listens), OwnAddress.ToListenOn(IPAddress.Parse(advertised), Own));

    [Theory]
    [InlineData("auto", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("10.1.2.0/24", true)]
    [InlineData("10.1.2.3/24", true)]
    [InlineData("10.1.2.0/33", false)]
    [InlineData("here", false)]
    [InlineData("", false)]
    public void Address_is_one_a_network_or_auto(string text, bool valid) => Assert.Equal(valid, OwnAddress.IsValid(text));
}
