using Votes.Grains;
using Votes.Grains.Flush;
using Votes.Silo;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class AnnotatedOptionsTests
{
    [Fact]
    public void The_defaults_are_within_their_bounds()
    {
        Assert.Empty(Failures(FlushOptions.Section, new FlushOptions()));
        Assert.Empty(Failures(LawTallyOptions.Section, new LawTallyOptions()));
        Assert.Empty(Failures(SiloClusterOptions.Section, new SiloClusterOptions()));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(64, 0)]
    [InlineData(65, 1)]
    public void A_number_is_checked_at_its_bounds(int lanes, int failures) =>
        Assert.Equal(failures, Failures(FlushOptions.Section, new FlushOptions { Lanes = lanes }).Count);

    [Fact]
    public void A_message_names_key_value_and_bound() => Assert.Equal(
        ["Flush:Interval is '00:02:00'; it must be from 00:00:00.0100000 to 00:01:00."],
        Failures(
            FlushOptions.Section,
            new FlushOptions { Interval = TimeSpan.FromMinutes(2), GiveBackAfter = TimeSpan.FromMinutes(3) }));

    [Fact]
    public void A_word_must_be_one_that_is_known() => Assert.Equal(
        ["Laws:UnknownLaw is '7'; it must be one of Accept, Reject."],
        Failures(LawTallyOptions.Section, new LawTallyOptions { UnknownLaw = (UnknownLawPolicy)7 }));

    [Fact]
    public void Rules_across_options_are_checked_too()
    {
        var options = new SiloClusterOptions { AdvertisedAddress = "here", SiloPort = 5, GatewayPort = 5 };

        Assert.Equal(
            [
                "Cluster:AdvertisedAddress is 'here'; it must be an IP address, a network such as 10.1.2.0/24, or auto.",
                "Cluster:SiloPort and Cluster:GatewayPort are both 5; they must differ.",
            ],
            Failures(SiloClusterOptions.Section, options));
    }

    [Theory]
    [InlineData(0, null, 1)]
    [InlineData(1, null, 0)]
    [InlineData(65_535, null, 0)]
    [InlineData(65_536, null, 1)]
    [InlineData(30_000, null, 1)]
    [InlineData(30_000, 30_001, 0)]
    [InlineData(30_001, 30_001, 1)]
    public void Listen_ports_have_bounds_and_differ(int silo, int? gateway, int failures)
    {
        var options = new SiloClusterOptions { SiloListenPort = silo, GatewayListenPort = gateway };

        Assert.Equal(failures, Failures(SiloClusterOptions.Section, options).Count);
    }

    private static List<string> Failures<T>(string section, T options)
        where T : class =>
        [.. new AnnotatedOptions<T>(section).Validate(null, options).Failures ?? []];
}
