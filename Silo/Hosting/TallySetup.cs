using Microsoft.Extensions.Options;
using Npgsql;
using Prometheus;
using Votes.Grains;
using Votes.Grains.Flush;
using Votes.Grains.Laws;
using Votes.Grains.Placement;
using Votes.Grains.Store;
using Votes.Telemetry.Clocks;

namespace Votes.Silo.Hosting;

/// <summary>What the grains count with: the store, the writer, the book of laws, the metrics.</summary>
public static class TallySetup
{
    private static readonly TimeSpan MinReadTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OrleansStatementTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Adds it.</summary>
    /// <exception cref="InvalidOperationException">ConnectionStrings:Votes is not set.</exception>
    public static void AddTally(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var connectionString = builder.Configuration.GetConnectionString("Votes");
        services.AddChecked<FlushOptions>(FlushOptions.Section);
        services.AddChecked<LawTallyOptions>(LawTallyOptions.Section);
        services.AddSingleton(Metrics.DefaultRegistry);
        services.AddDatabaseTime(
            static provider => provider.GetRequiredService<IOptions<SiloClusterOptions>>().Value.ClockTolerance,
            static provider => Metrics.WithCustomRegistry(provider.GetRequiredService<CollectorRegistry>())
                .CreateGauge(ClockSetup.Metric, ClockSetup.MetricHelp).Set);
        services.AddSingleton<IValidateOptions<FlushOptions>, FlushAcrossSections>();

        // What the cluster's membership, the grains' states and the health check use.
        services.AddSingleton(_ => NpgsqlDataSource.Create(
            PostgresSource.Bounded(Required(connectionString), "votes-silo", OrleansStatementTimeout)));
        services.AddSingleton<ITallyStore>(provider =>
        {
            var flush = provider.GetRequiredService<IOptions<FlushOptions>>().Value;

            // Votes wait for reads of their law, and then for their write: together no longer than until they go back.
            var half = flush.GiveBackAfter / 2;
            var readTimeout = half < MinReadTimeout ? MinReadTimeout : half;
            return new PostgresTallyStore(
                Required(connectionString), flush.Lanes, flush.CommandTimeout, readTimeout, flush.LockTimeout);
        });
        services.AddSingleton<TallyMetrics>();
        services.AddSingleton<StoreState>();
        services.AddSingleton<SiloJoins>();
        services.AddSingleton<TallyWriter>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, FlushAtStop>();
        services.AddSingleton<LawBook>();
        services.AddSingleton<WentBackLog>();
    }

    private static string Required(string? connectionString) =>
        connectionString is { Length: > 0 }
            ? connectionString
            : throw new InvalidOperationException(
                "ConnectionStrings:Votes is not set: name the application role's PostgreSQL connection string, for example "
                + "ConnectionStrings__Votes='Host=127.0.0.1;Database=votes;Username=votes_silo;Password=...' "
                + "(`make up` starts a cluster with one of its own).");
}
