using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Votes.Silo.Hosting;

/// <summary>
/// Logs in one line which silos a start waits for. A silo joins once every silo that the membership calls active answers or
/// is declared dead; after a loss of all silos at once nobody is left to declare it, and it takes until their rows are old.
/// To be registered ahead of the cluster, whose own start is what is watched.
/// </summary>
public sealed partial class JoinWatch(
    NpgsqlDataSource database,
    ISiloStatusOracle membership,
    ILocalSiloDetails self,
    IOptions<ClusterMembershipOptions> cluster,
    TimeProvider time,
    ILogger<JoinWatch> logger) : BackgroundService
{
    /// <summary>How long a start may take before it is remarked on, and the time between two looks.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const string Select =
        """
        select silo_name, address, port, alive_time from orleans_silo
         where deployment_id = $1 and status = 3 and (address, port) <> ($2, $3)
         order by alive_time desc, address, port
        """;

    private readonly TimeSpan _aliveLimit =
        cluster.Value.IAmAliveTablePublishTimeout * cluster.Value.NumMissedTableIAmAliveLimit;

    private string _logged = "";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Patience, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (membership.CurrentStatus is not (SiloStatus.None or SiloStatus.Created or SiloStatus.Joining))
            {
                return;
            }

            try
            {
                await ReportAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
            {
                // Without the database no silo starts; that is logged elsewhere.
            }
        }
    }

    /// <summary>Logs the silos that the membership calls active, unless they are those that were logged last.</summary>
    internal async Task ReportAsync(CancellationToken cancellationToken)
    {
        var silos = new List<string>();
        await using var select = database.CreateCommand(Select);
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = self.ClusterId });
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = self.SiloAddress.Endpoint.Address.ToString() });
        select.Parameters.Add(new NpgsqlParameter<int> { TypedValue = self.SiloAddress.Endpoint.Port });
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            silos.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{reader.GetString(0)} at {reader.GetString(1)}:{reader.GetInt32(2)}, alive at {reader.GetDateTime(3):O}"));
        }

        var list = string.Join("; ", silos);
        if (list != _logged && silos.Count > 0)
        {
            LogWaiting(logger, list, _aliveLimit);
        }

        _logged = list;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Waiting to join the cluster until each of these silos answers, or has not written for {Limit} and is declared dead: "
        + "{Silos}. Votes wait in the broker meanwhile")]
    private static partial void LogWaiting(ILogger logger, string silos, TimeSpan limit);
}
