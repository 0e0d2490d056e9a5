using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Votes.Telemetry.Statistics;

/// <summary>The rows of <c>aggregation_stats</c>.</summary>
public static class StatisticsSetup
{
    /// <summary>Adds them; ahead of the services whose work they tell.</summary>
    /// <param name="services">Holds a data source of the application's role and the clock.</param>
    /// <param name="kind">What the process is: <c>ingest</c> or <c>silo</c>.</param>
    /// <param name="work">What the process does.</param>
    /// <param name="keepFor">Rows that are older are deleted; null: by others.</param>
    public static void AddStatistics(
        this IServiceCollection services,
        string kind,
        Func<IServiceProvider, IWorkSource> work,
        Func<IServiceProvider, TimeSpan>? keepFor = null) =>
        services.AddSingleton<IHostedService>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var store = new StatisticsStore(
                provider.GetRequiredService<NpgsqlDataSource>(), ProcessName.OfThis(kind, time));
            return new StatisticsService(
                work(provider),
                store,
                keepFor?.Invoke(provider),
                time,
                provider.GetRequiredService<ILogger<StatisticsService>>());
        });
}
