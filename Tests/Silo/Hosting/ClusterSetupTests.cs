using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class ClusterSetupTests
{
    [Fact]
    public async Task What_silos_ask_of_the_grain_directory_is_given_up_well_within_a_silo_s_bound_of_recovery()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        // An Ingest's settings lie beside the tests, and have the same section.
        builder.Configuration.Sources.Clear();
        builder.AddCluster();
        await using var silo = builder.Build();

        var messaging = silo.Services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value;

        Assert.Equal(TimeSpan.FromSeconds(10), messaging.ResponseTimeout);
        Assert.Equal(TimeSpan.FromSeconds(5), messaging.SystemResponseTimeout);
    }

    [Fact]
    public async Task Silos_that_were_all_lost_are_waited_for_no_longer_than_silos_of_the_first_version_stay_silent()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.AddCluster();
        await using var silo = builder.Build();

        var membership = silo.Services.GetRequiredService<IOptions<ClusterMembershipOptions>>().Value;

        // Those write every 30 seconds, and must not look stale between two of their heartbeats.
        Assert.Equal(TimeSpan.FromSeconds(5), membership.IAmAliveTablePublishTimeout);
        Assert.Equal(7, membership.NumMissedTableIAmAliveLimit);
    }
}
