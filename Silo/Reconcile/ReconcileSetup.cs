using Microsoft.Extensions.Options;
using Npgsql;
using Votes.Silo.Hosting;

namespace Votes.Silo.Reconcile;

/// <summary>The periodic recount.</summary>
public static class ReconcileSetup
{
    /// <summary>Adds it.</summary>
    public static void AddReconcile(this WebApplicationBuilder builder)
    {
        builder.Services.AddChecked<ReconcileOptions>(ReconcileOptions.Section);
        builder.Services.AddSingleton<ReconcileMetrics>();
        builder.Services.AddSingleton(static services => new LedgerCheck(
            services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<IOptions<ReconcileOptions>>().Value));
        builder.Services.AddHostedService<ReconcileService>();
    }
}
