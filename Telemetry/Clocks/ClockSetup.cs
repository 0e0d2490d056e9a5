using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Votes.Telemetry.Clocks;

/// <summary>Makes a process go by the database's time.</summary>
public static class ClockSetup
{
    /// <summary>The metric of the difference between the clocks.</summary>
    public const string Metric = "votes_clock_offset_seconds";

    /// <summary>The metric's help text.</summary>
    public const string MetricHelp = "How far this machine's clock is ahead of the database's, in seconds; negative: behind.";

    /// <summary>Adds the time, as the process's <see cref="TimeProvider"/>, and its watch.</summary>
    /// <param name="services">Holds the database.</param>
    /// <param name="tolerance">By how much the clocks may differ.</param>
    /// <param name="report">Gets each offset in seconds.</param>
    public static void AddDatabaseTime(
        this IServiceCollection services, Func<IServiceProvider, TimeSpan> tolerance, Func<IServiceProvider, Action<double>> report)
    {
        services.AddSingleton(static _ => new DatabaseTime(TimeProvider.System));
        services.AddSingleton<TimeProvider>(static provider => provider.GetRequiredService<DatabaseTime>());
        services.AddSingleton(provider =>
        {
            var time = provider.GetRequiredService<DatabaseTime>();
            var set = report(provider);
            return new ClockWatch(
                new DatabaseClock(provider.GetRequiredService<NpgsqlDataSource>(), time.Machine),
                time,
                tolerance(provider),
                offset => set(offset.TotalSeconds),
                provider.GetRequiredService<ILogger<ClockWatch>>());
        });
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<ClockWatch>());
    }
}
