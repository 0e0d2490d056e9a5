using Microsoft.Extensions.Options;
using Votes.Grains;
using Votes.Silo.Hosting;
using Votes.Telemetry.Statistics;

namespace Votes.Silo.Statistics;

/// <summary>A silo's rows of <c>aggregation_stats</c>.</summary>
public static class SiloStatistics
{
    /// <summary>Adds them; ahead of the cluster, so that the last row is written when the last flush is done.</summary>
    public static void AddSiloStatistics(this WebApplicationBuilder builder)
    {
        builder.Services.AddChecked<StatisticsOptions>(StatisticsOptions.Section);
        builder.Services.AddStatistics(
            "silo",
            static services => new SiloWork(services.GetRequiredService<TallyMetrics>().FlushTimes),
            static services => services.GetRequiredService<IOptions<StatisticsOptions>>().Value.KeepFor);
    }
}
