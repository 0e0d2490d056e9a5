using Microsoft.Extensions.Options;
using Votes.Grains.Flush;
using Votes.Silo;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class FlushAcrossSectionsTests
{
    [Fact]
    public void Defaults_fit_together()
    {
        Assert.Empty(Across(new FlushOptions(), new SiloClusterOptions()));
        Assert.Empty(Alone(new FlushOptions()));
    }

    [Fact]
    public void Votes_go_back_a_second_before_their_sender_gives_up()
    {
        var cluster = new SiloClusterOptions { ResponseTimeout = TimeSpan.FromSeconds(5) };
        Assert.Empty(Across(new FlushOptions(), cluster));
        cluster.ResponseTimeout -= TimeSpan.FromMilliseconds(1);
        Assert.Equal(
            [
                "Flush:GiveBackAfter is 00:00:04; it must be at least 00:00:01 less than Cluster:ResponseTimeout, "
                    + "00:00:04.9990000.",
            ],
            Across(new FlushOptions(), cluster));
    }

    [Fact]
    public void A_stop_leaves_time_for_what_is_pending()
    {
        var cluster = new SiloClusterOptions { StopTimeout = TimeSpan.FromSeconds(5) };
        Assert.Empty(Across(new FlushOptions(), cluster));
        cluster.StopTimeout -= TimeSpan.FromMilliseconds(1);
        Assert.Contains("Cluster:StopTimeout, 00:00:04.9990000", Assert.Single(Across(new FlushOptions(), cluster)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Votes_are_flushed_before_they_go_back()
    {
        var options = new FlushOptions { Interval = TimeSpan.FromSeconds(4) };
        Assert.Equal(
            [
                "Flush:Interval is 00:00:04; it must be less than Flush:GiveBackAfter, 00:00:04, or votes go back before "
                    + "anything tries to write them.",
            ],
            Alone(options));
        options.Interval -= TimeSpan.FromMilliseconds(1);
        Assert.Empty(Alone(options));
    }

    private static List<string> Alone(FlushOptions options) =>
        [.. new AnnotatedOptions<FlushOptions>(FlushOptions.Section).Validate(null, options).Failures ?? []];

    private static List<string> Across(FlushOptions options, SiloClusterOptions cluster) =>
        [.. new FlushAcrossSections(Options.Create(cluster)).Validate(null, options).Failures ?? []];
}
