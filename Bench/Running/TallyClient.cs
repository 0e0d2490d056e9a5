using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Votes.Grains.Interfaces;

namespace Votes.Bench.Running;

/// <summary>Asks grains for totals, as the users' own services do. Owns its connection to the cluster.</summary>
internal sealed class TallyClient : ITallySource
{
    private const string ClusterName = "votes";

    private readonly IHost _host;
    private readonly NpgsqlDataSource _database;
    private readonly IClusterClient _client;

    private TallyClient(IHost host, NpgsqlDataSource database)
    {
        _host = host;
        _database = database;
        _client = host.Services.GetRequiredService<IClusterClient>();
    }

    /// <inheritdoc/>
    public int QuestionsPerSecond => 50;

    /// <summary>Connects to the silos that a database knows of.</summary>
    public static async Task<TallyClient> ConnectAsync(string connectionString, CancellationToken cancellationToken)
    {
        var database = NpgsqlDataSource.Create(connectionString);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (ClusterName, ClusterName))
            .UseAdoNetClustering(clustering =>
            {
                clustering.Invariant = "Npgsql";
                clustering.DataSource = database;
            }));
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            return new TallyClient(host, database);
        }
        catch
        {
            host.Dispose();
            await database.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task AskAsync(string lawId, CancellationToken cancellationToken) =>
        _client.GetGrain<ILawTallyGrain>(lawId).GetTallyAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        await _database.DisposeAsync();
    }
}
